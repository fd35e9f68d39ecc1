#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <bpfxx/insn/syntax.hpp>

namespace bpfxx::insn {

/// What is wrong with a text, in one sentence, and at which character.
struct parse_problem {
    std::size_t position = 0;
    std::string_view sentence;
};

// How the words and numbers of one line are found.
namespace detail {

/// Of all that went wrong while a line was compared with one form after the other, what helps most: what is wrong with
/// a value that was understood; else how far any form got.
class complaint {
  public:
    constexpr void no_such(std::size_t position) noexcept {
        if (position > furthest_) furthest_ = position;
    }

    /// The last one counts: the forms with the wider limits come later.
    constexpr void wrong(std::size_t position, std::string_view sentence) noexcept { wrong_ = {position, sentence}; }

    constexpr parse_problem worst(std::size_t line_size) const noexcept {
        if (!wrong_.sentence.empty()) return wrong_;
        if (furthest_ == line_size) return {furthest_, "the line ends before an instruction does"};
        return {furthest_, "no instruction goes on like this"};
    }

  private:
    std::size_t furthest_ = 0;
    parse_problem wrong_;
};

/// Which numbers have a place: down to minus the first, up to the second.
struct limits {
    std::uint64_t below;
    std::uint64_t above;
    std::string_view sentence;
};

inline constexpr limits unsigned_4_bits{0, 0xf, "this number must be 0 to 15"};
inline constexpr limits unsigned_8_bits{0, 0xff, "this number must be 0 to 255"};
inline constexpr limits unsigned_16_bits{0, 0xffff, "this number must be 0 to 65535"};
inline constexpr limits signed_16_bits{0x8000, 0x7fff, "number does not fit the signed 16-bit off field"};
inline constexpr limits signed_32_bits{0x8000'0000, 0x7fff'ffff,
                                       "number does not fit signed 32 bits: a register takes 64 bits by r1 = 0x5 ll"};
inline constexpr limits any_32_bits{0x8000'0000, 0xffff'ffff, "number does not fit 32 bits"};
inline constexpr limits any_64_bits{0x8000'0000'0000'0000, ~std::uint64_t{0}, "number does not fit 64 bits"};

constexpr bool is_digit(char one) noexcept { return one >= '0' && one <= '9'; }
constexpr bool is_blank(char one) noexcept { return one == ' ' || one == '\t'; }

/// What goes on with a word or a number.
constexpr bool is_word(char one) noexcept {
    return is_digit(one) || (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_' || one == '.';
}

/// The value of a digit, 16 or more where it is none.
constexpr unsigned digit_value(char one) noexcept {
    if (is_digit(one)) return static_cast<unsigned>(one - '0');
    if (one >= 'a' && one <= 'f') return static_cast<unsigned>(one - 'a') + 10;
    if (one >= 'A' && one <= 'F') return static_cast<unsigned>(one - 'A') + 10;
    return 16;
}

/// How much at the start of a pattern is found or not found as a whole: a word, or one other character.
constexpr std::size_t token_size(std::string_view pattern) noexcept {
    std::size_t size = 0;
    while (size != pattern.size() && is_word(pattern[size])) ++size;
    return size == 0 ? 1 : size;
}

class scanner {
  public:
    constexpr scanner(std::string_view line, complaint& why) noexcept : line_{line}, why_{why} {}

    /// Where the next thing begins.
    constexpr std::size_t position() noexcept {
        while (is_blank(here())) ++at_;
        return at_;
    }

    /// What a pattern says literally; its blanks ask for nothing.
    constexpr bool token(std::string_view expected) noexcept {
        if (is_blank(expected.front())) return true;
        std::size_t const start = position();
        if (!line_.substr(start).starts_with(expected)) return no_such(start);
        return ends_word(start, start + expected.size());
    }

    /// One of some characters; a zero byte where there is none.
    constexpr char one_of(std::string_view expected) noexcept {
        std::size_t const start = position();
        for (char const one : expected) {
            if (here() != one) continue;
            ++at_;
            return one;
        }
        no_such(start);
        return '\0';
    }

    /// A register's number after its letter; greater than any where there is none.
    constexpr std::uint8_t register_number() noexcept {
        constexpr std::uint8_t none = 0xff;
        std::size_t const start = at_;
        std::string_view const digits = word();
        if (digits.empty() || digits.size() > 2) return no_such(start), none;
        for (char const one : digits)
            if (!is_digit(one)) return no_such(start), none;
        if (digits.size() == 1) return static_cast<std::uint8_t>(digit_value(digits[0]));
        if (digits == "10") return 10;
        if (digits == "11") return 11;
        return wrong(start, "there is no such register: BPF has r0 to r10"), none;
    }

    /// All of a word, which may be none.
    constexpr std::string_view word() noexcept {
        std::size_t const start = at_;
        while (is_word(here())) ++at_;
        return line_.substr(start, at_ - start);
    }

    /// The longest of some words that stands here, so that >= is not taken for >.
    constexpr spelling const* longest(std::span<spelling const> words) noexcept {
        std::size_t const start = position();
        spelling const* best = nullptr;
        for (spelling const& one : words)
            if (line_.substr(start).starts_with(one.word) && (best == nullptr || one.word.size() > best->word.size()))
                best = &one;
        if (best == nullptr) {
            no_such(start);
            return nullptr;
        }
        return ends_word(start, start + best->word.size()) ? best : nullptr;
    }

    /// A number with its sign, as two's complement.
    constexpr bool number(limits const& allowed, bool with_sign, std::uint64_t& bits) noexcept {
        std::size_t const start = position();
        bool const negative = here() == '-';
        if (negative || here() == '+')
            ++at_;
        else if (with_sign)
            return no_such(start);
        std::uint64_t magnitude = 0;
        if (!digits(magnitude)) return false;
        if (magnitude > (negative ? allowed.below : allowed.above)) return wrong(start, allowed.sentence);
        bits = negative ? 0 - magnitude : magnitude;
        return true;
    }

    /// Whether nothing follows but a comment.
    constexpr bool end() noexcept {
        std::size_t const start = position();
        if (start == line_.size()) return true;
        if (here() != '#') return no_such(start);
        // A comment would hide a second instruction.
        std::size_t const next_line = line_.find('\n', start);
        return next_line == std::string_view::npos || wrong(next_line, "one instruction is one line");
    }

    constexpr bool no_such(std::size_t at) noexcept {
        why_.no_such(at);
        return false;
    }

    constexpr bool wrong(std::size_t at, std::string_view sentence) noexcept {
        why_.wrong(at, sentence);
        return false;
    }

  private:
    constexpr char here() const noexcept { return at_ == line_.size() ? '\0' : line_[at_]; }

    constexpr bool ends_word(std::size_t start, std::size_t end) noexcept {
        if (end != line_.size() && is_word(line_[end - 1]) && is_word(line_[end])) return no_such(start);
        at_ = end;
        return true;
    }

    constexpr bool digits(std::uint64_t& value) noexcept {
        std::size_t const start = position();
        std::string_view all = word();
        unsigned base = 10;
        if (all.starts_with("0x") || all.starts_with("0X")) {
            base = 16;
            all.remove_prefix(2);
        } else if (all.size() > 1 && all.starts_with('0') && is_digit(all[1])) {
            return wrong(start, "a decimal number has no leading 0: 0x begins a hexadecimal one");
        }
        if (all.empty()) return no_such(start);
        for (char const one : all) {
            if (digit_value(one) >= base) return no_such(start);
            if (value > (~std::uint64_t{0} - digit_value(one)) / base) return wrong(start, any_64_bits.sentence);
            value = value * base + digit_value(one);
        }
        return true;
    }

    std::string_view line_;
    complaint& why_;
    std::size_t at_ = 0;
};

} // namespace detail

} // namespace bpfxx::insn
