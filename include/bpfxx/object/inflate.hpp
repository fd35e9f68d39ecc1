#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/inflate_code.hpp>
#include <bpfxx/object/inflate_malformed.hpp>
#include <bpfxx/parsed.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

/// Unpacks one deflate stream into memory that holds all of what comes out: copies of earlier text are read from there.
class inflater {
  public:
    constexpr inflater(std::string_view packed, std::span<char> into) noexcept : bits_{packed}, into_{into} {}

    constexpr inflate_reason run() noexcept {
        for (bool is_last = false; !is_last;) {
            if (!bits_.has(3)) return inflate_reason::truncated;
            is_last = bits_.take(1) != 0;
            inflate_reason const why = block(bits_.take(2));
            if (why != inflate_reason::none) return why;
        }
        return inflate_reason::none;
    }

    [[nodiscard]] constexpr std::size_t written() const noexcept { return written_; }
    /// How many bytes of the stream were used, the last one perhaps not with all of its bits.
    [[nodiscard]] constexpr std::size_t used() const noexcept { return bits_.used(); }

  private:
    static constexpr std::uint32_t end_of_block = 256;

    constexpr inflate_reason block(std::uint32_t type) noexcept {
        switch (type) {
        case 0: return stored();
        case 1: set_fixed_codes(); return compressed();
        case 2: {
            inflate_reason const why = read_codes();
            return why == inflate_reason::none ? compressed() : why;
        }
        default: return inflate_reason::block_type;
        }
    }

    constexpr inflate_reason stored() noexcept {
        bits_.skip_to_byte();
        if (!bits_.has(32)) return inflate_reason::truncated;
        std::uint32_t const size = bits_.take(16);
        if (bits_.take(16) != (size ^ 0xffffU)) return inflate_reason::stored_size;
        std::string_view const bytes = bits_.take_bytes(size);
        if (bytes.size() != size) return inflate_reason::truncated;
        if (into_.size() - written_ < size) return inflate_reason::output_too_small;
        for (char const byte : bytes) into_[written_++] = byte;
        return inflate_reason::none;
    }

    constexpr void set_fixed_codes() noexcept {
        std::array<std::uint8_t, 288> lengths{};
        for (std::size_t at = 0; at != lengths.size(); ++at)
            lengths[at] = at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8;
        literals_.build(lengths);
        lengths.fill(5);
        distances_.build(bpfxx::detail::slice_of(lengths, 32).span());
    }

    constexpr inflate_reason read_codes() noexcept {
        constexpr std::uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        if (!bits_.has(14)) return inflate_reason::truncated;
        std::uint32_t const literals = bits_.take(5) + 257;
        std::uint32_t const distances = bits_.take(5) + 1;
        std::uint32_t const described = bits_.take(4) + 4;
        if (literals > 286 || distances > 30) return inflate_reason::too_many_codes;
        std::array<std::uint8_t, 19> of_lengths{};
        for (std::uint32_t at = 0; at != described; ++at) {
            if (!bits_.has(3)) return inflate_reason::truncated;
            of_lengths[order[at]] = static_cast<std::uint8_t>(bits_.take(3));
        }
        // The distances' code is not in use yet.
        if (distances_.build(of_lengths) != code_fill::exact) return inflate_reason::bad_code;
        std::array<std::uint8_t, 286 + 30> lengths{};
        auto const all = bpfxx::detail::slice_of(lengths, literals + distances).span();
        inflate_reason const why = read_lengths(all);
        if (why != inflate_reason::none) return why;
        if (lengths[end_of_block] == 0) return inflate_reason::no_end_of_block;
        if (!is_usable(literals_.build(all.first(literals)))) return inflate_reason::bad_code;
        if (!is_usable(distances_.build(all.subspan(literals)))) return inflate_reason::bad_code;
        return inflate_reason::none;
    }

    constexpr inflate_reason read_lengths(std::span<std::uint8_t> lengths) noexcept {
        for (std::size_t at = 0; at != lengths.size();) {
            std::uint32_t const symbol = distances_.decode(bits_);
            if (symbol >= huffman_code::no_symbol) return failed(symbol);
            if (symbol < 16) {
                lengths[at++] = static_cast<std::uint8_t>(symbol);
                continue;
            }
            unsigned const width = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
            if (!bits_.has(width)) return inflate_reason::truncated;
            std::uint32_t const times = bits_.take(width) + (symbol == 18 ? 11 : 3);
            if (symbol == 16 && at == 0) return inflate_reason::nothing_to_repeat;
            if (times > lengths.size() - at) return inflate_reason::too_many_codes;
            std::uint8_t const value = symbol == 16 ? lengths[at - 1] : std::uint8_t{0};
            for (std::uint32_t left = times; left != 0; --left) lengths[at++] = value;
        }
        return inflate_reason::none;
    }

    /// A code may be left incomplete where it has one symbol or none, as for texts that repeat nothing.
    [[nodiscard]] static constexpr bool is_usable(code_fill fill) noexcept {
        return fill == code_fill::exact || fill == code_fill::single;
    }

    [[nodiscard]] static constexpr inflate_reason failed(std::uint32_t symbol) noexcept {
        return symbol == huffman_code::no_symbol ? inflate_reason::unknown_symbol : inflate_reason::truncated;
    }

    // Copies of what changes: bytes that are written might otherwise be these.
    constexpr inflate_reason compressed() noexcept {
        bit_reader bits = bits_;
        std::size_t written = written_;
        inflate_reason why = inflate_reason::none;
        while (why == inflate_reason::none) {
            std::uint32_t const symbol = literals_.decode(bits);
            if (symbol == end_of_block) break;
            if (symbol < end_of_block && written != into_.size())
                into_[written++] = static_cast<char>(symbol);
            else if (symbol < end_of_block)
                why = inflate_reason::output_too_small;
            else if (symbol >= huffman_code::no_symbol)
                why = failed(symbol);
            else
                why = repeat(symbol - 257, bits, written);
        }
        bits_ = bits;
        written_ = written;
        return why;
    }

    constexpr inflate_reason repeat(std::uint32_t kind, bit_reader& bits, std::size_t& written) const noexcept {
        if (kind >= std::size(length_starts)) return inflate_reason::unknown_symbol;
        unsigned const length_bits = kind < 8 || kind == 28 ? 0 : kind / 4 - 1;
        if (!bits.has(length_bits)) return inflate_reason::truncated;
        std::size_t const length = length_starts[kind] + bits.take(length_bits);
        std::uint32_t const far = distances_.decode(bits);
        if (far >= huffman_code::no_symbol) return failed(far);
        if (far >= std::size(distance_starts)) return inflate_reason::unknown_symbol;
        unsigned const distance_bits = far < 4 ? 0 : far / 2 - 1;
        if (!bits.has(distance_bits)) return inflate_reason::truncated;
        std::size_t const distance = distance_starts[far] + bits.take(distance_bits);
        if (distance > written) return inflate_reason::distance_too_far;
        if (length > into_.size() - written) return inflate_reason::output_too_small;
        // One by one: what is copied may begin with what is just being written.
        char* const to = into_.data() + written;
        for (std::size_t at = 0; at != length; ++at) to[at] = *(to + at - distance);
        written += length;
        return inflate_reason::none;
    }

    static constexpr std::uint16_t length_starts[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static constexpr std::uint16_t distance_starts[] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                                        33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                                        1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

    bit_reader bits_;
    std::span<char> into_;
    std::size_t written_ = 0;
    huffman_code literals_{};
    huffman_code distances_{};
};

} // namespace detail

/// What unpacking a stream gave: how many bytes it made, and how many of its own there were.
struct inflated {
    std::size_t written = 0;
    std::size_t used = 0;

    friend constexpr bool operator==(inflated, inflated) noexcept = default;
};

/// Unpacks a deflate stream (RFC 1951), which may be followed by something else.
/// Errors: what is wrong with it; output_too_small
/// Costs: 4 KB of stack, no allocation
[[nodiscard]] constexpr bpfxx::parsed<inflated, inflate_malformed> inflate(std::string_view packed,
                                                                           std::span<char> into) noexcept {
    detail::inflater work{packed, into};
    inflate_reason const why = work.run();
    if (why != inflate_reason::none) return inflate_malformed{why, work.used()};
    return inflated{work.written(), work.used()};
}

} // namespace bpfxx::object
