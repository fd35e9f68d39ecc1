#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/lpm_key.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

// IP prefixes as keys of an LPM trie, from text and to text.
namespace bpfxx {

/// In the order of the wire.
using ipv4_address = std::array<std::uint8_t, 4>;
using ipv6_address = std::array<std::uint8_t, 16>;

using ipv4_prefix = lpm_key<ipv4_address>;
using ipv6_prefix = lpm_key<ipv6_address>;

/// The bytes of an address of the sockets interface: `to_ipv4_address(peer.sin_addr)`.
/// UAPI: `struct in_addr`, `struct in6_addr`
template <class T>
    requires(std::is_class_v<T> && std::is_trivially_copyable_v<T> && sizeof(T) == 4)
[[nodiscard]] constexpr ipv4_address to_ipv4_address(T const& in_network_order) noexcept {
    return std::bit_cast<ipv4_address>(in_network_order);
}
template <class T>
    requires(std::is_class_v<T> && std::is_trivially_copyable_v<T> && sizeof(T) == 16)
[[nodiscard]] constexpr ipv6_address to_ipv6_address(T const& in_network_order) noexcept {
    return std::bit_cast<ipv6_address>(in_network_order);
}

namespace detail {

/// Reads a text from its front; what was read is gone, what was not fits stays.
struct prefix_reader {
    std::string_view rest;

    constexpr bool skip(std::string_view expected) noexcept {
        if (!rest.starts_with(expected)) return false;
        rest.remove_prefix(expected.size());
        return true;
    }

    static constexpr std::uint32_t digit(char c) noexcept {
        if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
        if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a') + 10;
        if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A') + 10;
        return 16;
    }

    constexpr std::optional<std::uint32_t> number(std::uint32_t base, std::size_t most_digits) noexcept {
        std::uint32_t value = 0;
        std::size_t digits = 0;
        for (; digits < rest.size() && digit(rest[digits]) < base; ++digits) {
            if (digits == most_digits) return std::nullopt;
            value = value * base + digit(rest[digits]);
        }
        if (digits == 0) return std::nullopt;
        // C libraries disagree about 010: eight or ten.
        if (base == 10 && digits > 1 && rest[0] == '0') return std::nullopt;
        rest.remove_prefix(digits);
        return value;
    }

    constexpr std::optional<ipv4_address> ipv4() noexcept {
        ipv4_address address{};
        for (std::size_t i = 0; i != address.size(); ++i) {
            if (i != 0 && !skip(".")) return std::nullopt;
            auto const octet = number(10, 3);
            if (!octet || *octet > 255) return std::nullopt;
            address[i] = static_cast<std::uint8_t>(*octet);
        }
        return address;
    }

    /// The groups up to one that is no group: the bytes that they fill.
    constexpr std::size_t groups(ipv6_address& address) noexcept {
        std::size_t size = 0;
        for (prefix_reader next = *this; size != address.size(); rest = next.rest) {
            if (size != 0 && !next.skip(":")) break;
            if (prefix_reader dotted = next; size <= 12) {
                if (auto const last = dotted.ipv4(); last && !dotted.rest.starts_with(':')) {
                    for (auto const octet : *last) address[size++] = octet;
                    rest = dotted.rest;
                    break;
                }
            }
            auto const group = next.number(16, 4);
            if (!group) break;
            address[size++] = static_cast<std::uint8_t>(*group >> 8);
            address[size++] = static_cast<std::uint8_t>(*group & 0xff);
        }
        return size;
    }

    constexpr std::optional<ipv6_address> ipv6() noexcept {
        ipv6_address address{};
        auto const size = groups(address);
        if (size == address.size()) return address;
        if (!skip("::")) return std::nullopt;
        ipv6_address behind{};
        auto const size_behind = groups(behind);
        if (size + size_behind > 14) return std::nullopt; // "::" stands for one group at least
        for (std::size_t i = 0; i != size_behind; ++i) address[16 - size_behind + i] = behind[i];
        return address;
    }

    template <class Address>
    constexpr std::optional<lpm_key<Address>> prefix(std::optional<Address> const& address) noexcept {
        using key = lpm_key<Address>;
        if (!address) return std::nullopt;
        if (rest.empty()) return key::whole(*address);
        if (!skip("/")) return std::nullopt;
        auto const bits = number(10, 3);
        if (!bits || !rest.empty()) return std::nullopt;
        auto const length = decltype(key::prefix_bits)::from(*bits);
        if (!length) return std::nullopt;
        return key{*length, *address};
    }
};

} // namespace detail

/// Reads "10.0.0.0/8", or "10.1.2.3" for a prefix of all 32 bits; nothing for any other text. Bits after the prefix stay.
[[nodiscard]] constexpr std::optional<ipv4_prefix> parse_ipv4_prefix(std::string_view text) noexcept {
    detail::prefix_reader reader{text};
    auto const address = reader.ipv4();
    return reader.prefix(address);
}

/// Reads "2001:db8::/32" in all forms of RFC 4291; without a length, all 128 bits. Nothing for any other text.
[[nodiscard]] constexpr std::optional<ipv6_prefix> parse_ipv6_prefix(std::string_view text) noexcept {
    detail::prefix_reader reader{text};
    auto const address = reader.ipv6();
    return reader.prefix(address);
}

/// A prefix as text in a buffer of its own.
class prefix_text {
  public:
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }
    /// Ends with NUL.
    [[nodiscard]] constexpr char const* c_str() const noexcept { return characters_.data(); }

    constexpr void add(char character) noexcept { characters_[size_++] = character; }
    constexpr void add(std::uint32_t number, std::uint32_t base) noexcept {
        if (number >= base) add(number / base, base);
        add("0123456789abcdef"[number % base]);
    }

  private:
    std::array<char, sizeof "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"> characters_{};
    std::size_t size_ = 0;
};

/// "10.0.0.0/8".
[[nodiscard]] constexpr prefix_text text(ipv4_prefix const& prefix) noexcept {
    prefix_text made;
    for (std::size_t i = 0; i != 4; ++i) {
        if (i != 0) made.add('.');
        made.add(prefix.address[i], 10);
    }
    made.add('/');
    made.add(prefix.prefix_bits, 10);
    return made;
}

/// "2001:db8::/32", in the one form that RFC 5952 leaves.
[[nodiscard]] constexpr prefix_text text(ipv6_prefix const& prefix) noexcept {
    auto const group = [&](std::size_t i) { return prefix.address[i * 2] * 256U + prefix.address[i * 2 + 1]; };
    std::size_t gap = 8; // the longest run of zeros, the first of equals, is written "::"
    std::size_t gap_size = 1;
    for (std::size_t start = 0; start != 8; ++start) {
        std::size_t size = 0;
        while (start + size != 8 && group(start + size) == 0) ++size;
        if (size > gap_size) {
            gap = start;
            gap_size = size;
        }
    }
    prefix_text made;
    for (std::size_t i = 0; i < 8;) {
        if (i == gap) {
            made.add(':');
            i += gap_size;
            if (i == 8) made.add(':');
            continue;
        }
        if (i != 0) made.add(':');
        made.add(group(i++), 16);
    }
    made.add('/');
    made.add(prefix.prefix_bits, 10);
    return made;
}

/// `using namespace bpfxx::literals;`
namespace literals {

/// `"10.0.0.0/8"_ipv4`
[[nodiscard]] consteval ipv4_prefix operator""_ipv4(char const* text, std::size_t size) {
    auto const prefix = parse_ipv4_prefix({text, size});
    if (!prefix) ill_formed("this is no IPv4 prefix: write it as 10.0.0.0/8, or one address as 10.1.2.3");
    return *prefix;
}

/// `"2001:db8::/32"_ipv6`
[[nodiscard]] consteval ipv6_prefix operator""_ipv6(char const* text, std::size_t size) {
    auto const prefix = parse_ipv6_prefix({text, size});
    if (!prefix) ill_formed("this is no IPv6 prefix: write it as 2001:db8::/32, or one address as 2001:db8::1");
    return *prefix;
}

} // namespace literals

} // namespace bpfxx
