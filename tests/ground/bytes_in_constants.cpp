#include <bpfxx/bytes_in_constants.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

struct pair {
    std::uint16_t first;
    std::uint16_t second;

    friend constexpr bool operator==(pair const&, pair const&) = default;
};

constexpr std::array<char, 7> text{'x', '\x01', '\x02', '\xff', '\x04', 'y', 'z'};

// What the bytes from 1 on mean on this machine.
constexpr std::uint32_t number = std::endian::native == std::endian::little ? 0x04ff'0201 : 0x0102'ff04;

template <class Byte>
constexpr std::array<Byte, 5> others{Byte{0}, Byte{1}, Byte{2}, Byte{255}, Byte{4}};

consteval std::array<char, 7> copied(std::size_t count) {
    std::array<char, 7> made{'.', '.', '.', '.', '.', '.', '.'};
    bpfxx::detail::copy_bytes(made.data() + 1, text.data(), count);
    return made;
}

} // namespace

TEST_CASE("a value is read from any place, while compiling as at run time") {
    using bpfxx::detail::from_bytes;
    static_assert(from_bytes<std::uint32_t>(text.data() + 1) == number);
    static_assert(from_bytes<std::uint32_t>(others<unsigned char>.data() + 1) == number);
    static_assert(from_bytes<std::uint32_t>(others<std::byte>.data() + 1) == number);
    static_assert(from_bytes<std::uint8_t>(text.data() + 3) == 0xff);
    static_assert(from_bytes<pair>(text.data() + 1) == std::bit_cast<pair>(number));

    for (std::size_t at = 0; at != 4; ++at) {
        std::array<char, 8> moved{};
        for (std::size_t byte = 0; byte != 4; ++byte) moved[at + byte] = text[1 + byte];
        CHECK(from_bytes<std::uint32_t>(moved.data() + at) == number);
        CHECK(from_bytes<pair>(moved.data() + at) == std::bit_cast<pair>(number));
    }
}

TEST_CASE("as many bytes are copied as are asked for") {
    using namespace std::literals;
    static_assert(std::string_view{copied(0).data(), 7} == ".......");
    static_assert(std::string_view{copied(3).data(), 7} == ".x\x01\x02...");
    static_assert(std::string_view{copied(6).data(), 7} == ".x\x01\x02\xff\x04y"sv);

    std::array<char, 4> made{'a', 'b', 'c', 'd'};
    bpfxx::detail::copy_bytes(made.data(), nullptr, 0);
    CHECK(std::string_view{made.data(), 4} == "abcd");
    bpfxx::detail::copy_bytes(made.data() + 1, text.data(), 2);
    CHECK(std::string_view{made.data(), 4} == "ax\x01"
                                              "d");
}
