#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::insn {

namespace detail {
class text_writer;
}

/// One line of text in a buffer of its own, so that it can be copied and kept while compiling as well.
/// Costs: 128 bytes, no allocation
class [[nodiscard]] text {
  public:
    /// How many characters there can be, which is more than any instruction needs.
    static constexpr std::size_t capacity = 126;

    constexpr text() noexcept = default;

    /// The characters; they live as long as this object.
    constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }

    /// The same with a zero byte behind them.
    constexpr char const* c_str() const noexcept { return characters_.data(); }

    constexpr std::size_t size() const noexcept { return size_; }

    friend constexpr bool operator==(text const&, text const&) noexcept = default;
    friend constexpr bool operator==(text const& line, std::string_view other) noexcept { return line.view() == other; }

  private:
    friend detail::text_writer;

    std::array<char, capacity + 1> characters_{};
    std::uint8_t size_ = 0;
};

static_assert(sizeof(text) == 128);

namespace detail {

class text_writer {
  public:
    constexpr text const& done() const noexcept { return line_; }

    constexpr void put(char one) noexcept {
        if (line_.size_ != text::capacity) line_.characters_[line_.size_++] = one;
    }

    constexpr void put(std::string_view many) noexcept {
        for (char const one : many) put(one);
    }

    constexpr void put_decimal(unsigned value) noexcept {
        if (value >= 10) put_decimal(value / 10);
        put(static_cast<char>('0' + value % 10));
    }

    constexpr void put_hex(std::uint64_t value) noexcept {
        put("0x");
        int shift = 60;
        while (shift != 0 && value >> shift == 0) shift -= 4;
        for (; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
    }

    /// As -0x5 and 0x5.
    constexpr void put_signed(std::int64_t value) noexcept {
        if (value < 0) put('-');
        put_hex(magnitude(value));
    }

    /// As -0x5 and +0x5, with what is asked for on both sides of the sign.
    constexpr void put_displacement(std::int64_t value, std::string_view around_sign) noexcept {
        put(around_sign);
        put(value < 0 ? '-' : '+');
        put(around_sign);
        put_hex(magnitude(value));
    }

  private:
    // Negated without a sign, since the least number has no opposite.
    static constexpr std::uint64_t magnitude(std::int64_t value) noexcept {
        auto const bits = static_cast<std::uint64_t>(value);
        return value < 0 ? 0 - bits : bits;
    }

    text line_;
};

} // namespace detail

} // namespace bpfxx::insn
