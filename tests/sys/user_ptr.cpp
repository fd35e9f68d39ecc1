#include <bpfxx/sys/user_ptr.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

using bpfxx::sys::user_ptr;

namespace {

struct base {};
struct derived : base {};

static_assert(sizeof(user_ptr<int>) == 8 && alignof(user_ptr<int>) == 8);
static_assert(std::is_trivially_copyable_v<user_ptr<int>> && std::has_unique_object_representations_v<user_ptr<int>>);
static_assert(!user_ptr<int>{} && !user_ptr<int>{nullptr} && user_ptr<int>{} == user_ptr<int>{nullptr});

// A pointer converts as a pointer to the same would, and in no other way.
static_assert(std::is_convertible_v<int*, user_ptr<int>> && std::is_convertible_v<int*, user_ptr<int const>>);
static_assert(std::is_convertible_v<int*, user_ptr<void>> && std::is_convertible_v<int const*, user_ptr<void const>>);
static_assert(std::is_convertible_v<derived*, user_ptr<base>> && !std::is_convertible_v<base*, user_ptr<derived>>);
static_assert(!std::is_constructible_v<user_ptr<int>, int const*> &&
              !std::is_constructible_v<user_ptr<void>, int const*>);
static_assert(!std::is_constructible_v<user_ptr<int>, long*> && !std::is_constructible_v<user_ptr<int>, void*>);
static_assert(!std::is_constructible_v<user_ptr<int>, int> && !std::is_constructible_v<user_ptr<int>, std::uint64_t>);
static_assert(!std::is_convertible_v<user_ptr<int>, int*> && !std::is_convertible_v<user_ptr<int>, std::uint64_t>);
static_assert(!std::is_convertible_v<user_ptr<int>, bool>);
static_assert(!std::is_constructible_v<user_ptr<char const>, std::string>);

} // namespace

TEST_CASE("a pointer's 64 bits are its address, and it comes back") {
    int number = 7;
    user_ptr<int> const carried = &number;
    std::uint64_t bits = 0;
    std::memcpy(&bits, &carried, sizeof bits);
    CHECK(bits == reinterpret_cast<std::uintptr_t>(&number));
    CHECK(carried.get() == &number);
    CHECK(static_cast<bool>(carried));
    CHECK(carried == user_ptr<int>{&number});
    CHECK(carried != user_ptr<int>{});
}

TEST_CASE("arrays and literals decay") {
    std::array<int, 3> numbers{};
    user_ptr<int const> const first = numbers.data();
    CHECK(first.get() == numbers.data());
    user_ptr<char const> const text = "sys_enter";
    CHECK(std::string{text.get()} == "sys_enter");
}

TEST_CASE("null is 0") {
    user_ptr<void const> const none{};
    std::uint64_t bits = 1;
    std::memcpy(&bits, &none, sizeof bits);
    CHECK(bits == 0);
    CHECK(none.get() == nullptr);
    CHECK_FALSE(static_cast<bool>(none));
}
