#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/ill_formed.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// How many leading bits of an address count, at most `Most`: a constant is checked while compiling, a number that is
/// only known at run time by `from`.
template <std::uint32_t Most>
class prefix_length {
  public:
    /// No bit at all: the prefix of every address.
    constexpr prefix_length() noexcept = default;

    template <std::integral Number>
    consteval prefix_length(Number given) : bits_{static_cast<std::uint32_t>(given)} {
        if (std::cmp_less(given, 0) || std::cmp_greater(given, Most))
            ill_formed("a prefix is no longer than the address: this has more bits");
    }

    /// Nothing for more bits than the address has.
    [[nodiscard]] static constexpr std::optional<prefix_length> from(std::uint32_t bits) noexcept {
        if (bits > Most) return std::nullopt;
        prefix_length made;
        made.bits_ = bits;
        return made;
    }

    [[nodiscard]] constexpr operator std::uint32_t() const noexcept { return bits_; }

  private:
    std::uint32_t bits_ = 0;
};

/// The key of an LPM trie: `{.prefix_bits = 8, .address = {10, 0, 0, 0}}`. An address is any type of up to 256 bytes
/// without padding, whose bytes are compared in the order of memory, the most significant bit of each first: numbers in
/// it are kept big-endian.
/// UAPI: `struct bpf_lpm_trie_key_u8`
template <class Address>
struct lpm_key {
    static_assert(map_key<Address>,
                  "an address is compared byte for byte: make it a trivially copyable, standard layout "
                  "type without pointers and without padding");
    static_assert(sizeof(Address) <= 256, "an LPM trie takes addresses of at most 256 bytes");
    static_assert(alignof(Address) <= 4,
                  "the address follows the 4 bytes of the prefix length at once: make it of bytes, "
                  "or of big-endian numbers of at most 32 bits");
    static_assert(sizeof(Address) % alignof(std::uint32_t) == 0,
                  "bytes after the address would belong to it: give it a "
                  "multiple of 4, the last of them zero");

    static constexpr std::uint32_t address_bits = sizeof(Address) * 8;

    prefix_length<address_bits> prefix_bits{};
    Address address{};

    /// The prefix of this address alone, which is what to look up.
    [[nodiscard]] static constexpr lpm_key whole(Address const& address) noexcept { return {address_bits, address}; }

    /// The same prefix, the bits after it zero. The kernel does not look at them, but keeps them: two keys that are one
    /// to it are equal here once they are networks.
    [[nodiscard]] constexpr lpm_key network() const noexcept {
        using bytes = std::array<std::uint8_t, sizeof(Address)>;
        auto kept = std::bit_cast<bytes>(address);
        for (std::size_t i = prefix_bits / 8; i < kept.size(); ++i) {
            auto const bits = prefix_bits > i * 8 ? prefix_bits - i * 8 : 0;
            kept[i] = static_cast<std::uint8_t>(kept[i] & (0xff00U >> bits));
        }
        return {prefix_bits, std::bit_cast<Address>(kept)};
    }

    friend bool operator==(lpm_key const&, lpm_key const&) = default;
};

} // namespace bpfxx
