#include <bpfxx/bytes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>

namespace {

using bpfxx::map_key;
using bpfxx::map_value;
using bpfxx::plain_bytes;

struct flow {
    std::uint32_t source, destination;
    std::uint16_t source_port, destination_port;
    std::uint32_t protocol;
};
struct padded_inside {
    std::uint8_t a;
    std::uint32_t b;
};
struct padded_at_the_end {
    std::uint32_t a;
    std::uint8_t b;
};
struct zeroed_by_hand {
    std::uint32_t a;
    std::uint8_t b;
};
struct nested {
    flow inner;
    std::array<std::uint8_t, 4> tail;
};
struct nested_with_padding {
    padded_at_the_end inner;
    std::uint32_t tail;
};
struct with_reference {
    int& value;
};
struct with_destructor {
    ~with_destructor() {}
    int value;
};
struct with_virtual {
    virtual int f() { return 0; }
    int value;
};
struct with_private {
    int a;

  private:
    [[maybe_unused]] int b;
};
struct derived : flow {
    int more;
};
struct without_default {
    explicit without_default(int v) : value{v} {}
    int value;
};
struct empty {};
struct bits {
    std::uint32_t low : 4, high : 28;
};
struct bits_with_holes {
    std::uint32_t low : 4;
};
enum class scoped : std::uint16_t { one };
union overlay {
    std::uint32_t number;
    std::uint8_t bytes[4];
};

} // namespace

template <>
inline constexpr bool bpfxx::padding_is_zeroed<zeroed_by_hand> = true;

// Keys: every byte counts.
static_assert(map_key<std::uint8_t> && map_key<std::int64_t> && map_key<std::byte> && map_key<char>);
static_assert(map_key<bool>);
static_assert(map_key<scoped>);
static_assert(map_key<flow> && map_key<nested> && map_key<std::array<flow, 3>> && map_key<bits>);
static_assert(map_key<without_default>);
static_assert(!map_key<padded_inside> && !map_key<padded_at_the_end> && !map_key<nested_with_padding>);
static_assert(!map_key<std::array<padded_at_the_end, 2>> && !map_key<std::optional<int>> && !map_key<bits_with_holes>);
static_assert(!map_key<empty>, "its one byte is padding");
static_assert(map_key<zeroed_by_hand>, "vouched for");

// Floating point: 0.0 and -0.0 are equal and differ in bytes, a NaN is found though it equals nothing.
static_assert(!map_key<float> && !map_key<double> && !map_key<std::array<float, 2>>);
static_assert(map_value<float> && map_value<std::array<double, 2>>);

// Values: any bytes that may be copied.
static_assert(map_value<flow> && map_value<padded_inside> && map_value<padded_at_the_end> && map_value<overlay>);
static_assert(map_value<nested_with_padding> && map_value<zeroed_by_hand> && map_value<without_default>);

// Neither: what is more than its bytes, or no object of its own.
template <class T>
constexpr bool is_neither = !plain_bytes<T> && !map_key<T> && !map_value<T>;
static_assert(is_neither<with_reference> && is_neither<with_destructor> && is_neither<with_virtual>);
static_assert(is_neither<with_private> && is_neither<derived>, "no standard layout, so the offsets are not fixed");
static_assert(is_neither<std::string>);
static_assert(is_neither<int*> && is_neither<void*> && is_neither<void (*)()>);
static_assert(is_neither<int&> && is_neither<int const&> && is_neither<int&&> && is_neither<void> && is_neither<int()>);
static_assert(is_neither<int const> && is_neither<int volatile> && is_neither<flow const>);
static_assert(is_neither<int[4]>, "std::array does that");

TEST_CASE("0.0 and -0.0 as keys would be two keys of one number") {
    CHECK(0.0F == -0.0F);
    CHECK(std::bit_cast<std::uint32_t>(0.0F) != std::bit_cast<std::uint32_t>(-0.0F));
}

TEST_CASE("room for a value is of its size and needs no default constructor") {
    using room = bpfxx::detail::uninitialised<without_default>;
    static_assert(sizeof(room) == sizeof(without_default) && alignof(room) == alignof(without_default));
    static_assert(std::is_nothrow_default_constructible_v<room> && std::is_trivially_destructible_v<room>);
    room filled;
    std::uint32_t const number = 7;
    std::memcpy(static_cast<void*>(&filled), &number, sizeof number); // as the kernel writes it
    CHECK(filled.value.value == 7);
}

TEST_CASE("the check that typed views make passes for what is fit") {
    static_assert(bpfxx::detail::check_element_types<flow, padded_inside>());
    static_assert(bpfxx::detail::check_element_types<zeroed_by_hand, float>());
    CHECK(true);
}
