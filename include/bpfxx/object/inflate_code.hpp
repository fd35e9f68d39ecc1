#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object::detail {

/// Reads bits from the lowest of each byte on.
class bit_reader {
  public:
    constexpr explicit bit_reader(std::string_view bytes) noexcept : bytes_{bytes} {}

    /// Whether so many bits are left, 32 at most.
    constexpr bool has(unsigned count) noexcept {
        while (kept_ < count && at_ != bytes_.size()) {
            held_ |= std::uint64_t{static_cast<unsigned char>(bytes_[at_++])} << kept_;
            kept_ += 8;
        }
        return kept_ >= count;
    }

    /// The bits that `has` has found, without taking them; zeros behind the end.
    [[nodiscard]] constexpr std::uint32_t peek() const noexcept { return static_cast<std::uint32_t>(held_); }

    constexpr std::uint32_t take(unsigned count) noexcept {
        auto const taken = static_cast<std::uint32_t>(held_ & ((std::uint64_t{1} << count) - 1));
        drop(count);
        return taken;
    }
    constexpr void drop(unsigned count) noexcept {
        held_ >>= count;
        kept_ -= count;
    }
    [[nodiscard]] constexpr unsigned kept() const noexcept { return kept_; }

    constexpr void skip_to_byte() noexcept { drop(kept_ % 8); }

    /// Whole bytes from here on; as many as are left. Only when all bits that were found are taken.
    constexpr std::string_view take_bytes(std::size_t count) noexcept {
        std::string_view const taken = bytes_.substr(at_, count);
        at_ += taken.size();
        return taken;
    }

    [[nodiscard]] constexpr std::size_t used() const noexcept { return at_ - kept_ / 8; }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
    std::uint64_t held_ = 0;
    unsigned kept_ = 0;
};

/// How the lengths of codes fill the space that there is for codes.
enum class code_fill : std::uint8_t {
    exact,
    /// One symbol with a code of one bit, or no symbol.
    single,
    incomplete,
    overfull,
};

/// A prefix code, given by the lengths of its codes: of one length they count up in the order of symbols.
class huffman_code {
  public:
    static constexpr unsigned longest = 15;
    /// The answers of `decode` that are no symbols: bits that are no code, and too few bits.
    static constexpr std::uint32_t no_symbol = 0xfffe;
    static constexpr std::uint32_t no_bits = 0xffff;

    constexpr code_fill build(std::span<std::uint8_t const> lengths) noexcept {
        counts_ = {};
        for (std::uint8_t const length : lengths) ++counts_[length];
        auto const used = static_cast<std::uint32_t>(lengths.size()) - counts_[0];
        counts_[0] = 0;
        // Halves of the space that no shorter code has taken.
        std::int32_t left = 1;
        for (unsigned length = 1; length <= longest; ++length) {
            left = 2 * left - counts_[length];
            if (left < 0) return code_fill::overfull;
        }
        fill(lengths);
        if (left == 0) return code_fill::exact;
        return used == 0 || (used == 1 && counts_[1] == 1) ? code_fill::single : code_fill::incomplete;
    }

    [[nodiscard]] constexpr std::uint32_t decode(bit_reader& from) const noexcept {
        from.has(longest);
        std::uint32_t const bits = from.peek();
        std::uint16_t const known = table_[bits % table_.size()];
        if (known == 0) return decode_long(from, bits);
        if (known % 16U > from.kept()) return no_bits;
        from.drop(known % 16U);
        return known / 16U;
    }

  private:
    static constexpr unsigned table_bits = 9;

    constexpr void fill(std::span<std::uint8_t const> lengths) noexcept {
        std::array<std::uint16_t, longest + 1> next_place{};
        std::array<std::uint16_t, longest + 1> next_code{};
        for (unsigned length = 1; length < longest; ++length) {
            next_place[length + 1] = static_cast<std::uint16_t>(next_place[length] + counts_[length]);
            next_code[length + 1] = static_cast<std::uint16_t>((next_code[length] + counts_[length]) << 1);
        }
        table_ = {};
        for (std::uint32_t symbol = 0; symbol != lengths.size(); ++symbol) {
            unsigned const length = lengths[symbol];
            if (length == 0) continue;
            symbols_[next_place[length]++] = static_cast<std::uint16_t>(symbol);
            std::uint32_t const code = next_code[length]++;
            if (length <= table_bits) put(symbol, code, length);
        }
    }

    /// At each place of the table whose lowest bits are the code, which comes with its highest bit first.
    constexpr void put(std::uint32_t symbol, std::uint32_t code, unsigned length) noexcept {
        std::uint32_t turned = 0;
        for (unsigned bit = 0; bit != length; ++bit) turned |= (code >> bit & 1) << (length - 1 - bit);
        for (std::size_t at = turned; at < table_.size(); at += std::size_t{1} << length)
            table_[at] = static_cast<std::uint16_t>(symbol * 16 + length);
    }

    /// Codes that the table has no room for.
    [[nodiscard]] constexpr std::uint32_t decode_long(bit_reader& from, std::uint32_t bits) const noexcept {
        std::uint32_t code = 0;
        std::uint32_t first = 0;
        std::uint32_t place = 0;
        for (unsigned length = 1; length <= longest; ++length, bits >>= 1) {
            if (length > from.kept()) return no_bits;
            code = 2 * code + (bits & 1);
            first *= 2;
            std::uint32_t const count = counts_[length];
            if (code - first < count) {
                from.drop(length);
                return symbols_[place + code - first];
            }
            place += count;
            first += count;
        }
        return no_symbol;
    }

    std::array<std::uint16_t, longest + 1> counts_{};
    std::array<std::uint16_t, 288> symbols_{};
    std::array<std::uint16_t, 1U << table_bits> table_{};
};

} // namespace bpfxx::object::detail
