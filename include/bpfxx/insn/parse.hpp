#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/scan.hpp>
#include <bpfxx/insn/syntax.hpp>

namespace bpfxx::insn {

namespace detail {
class form_reader;
}

/// One instruction that was read from text, or why there is none.
class [[nodiscard]] parsed {
  public:
    explicit constexpr operator bool() const noexcept { return used_ != 0; }

    /// One slot, or two for a load of 64 bits, or none where the text is no instruction; they live as long as this
    /// object.
    constexpr std::span<instruction const> instructions() const& noexcept { return {slots_.data(), used_}; }

    std::span<instruction const> instructions() const&& = delete; // the slots live in the result: name it first

    /// Where the text stops to make sense, counted in characters, and what is wrong there.
    constexpr parse_problem const& problem() const noexcept { return problem_; }

  private:
    friend constexpr parsed parse(std::string_view) noexcept;

    constexpr parsed(std::array<instruction, 2> const& slots, std::size_t used) noexcept : slots_{slots}, used_{used} {}
    explicit constexpr parsed(parse_problem const& problem) noexcept : problem_{problem} {}

    std::array<instruction, 2> slots_{};
    std::size_t used_ = 0;
    parse_problem problem_{};
};

namespace detail {

/// Reads a line the way of one form.
class form_reader {
  public:
    constexpr form_reader(std::string_view line, form const& given_form, complaint& why) noexcept
        : scan_{line, why}, form_{given_form}, slots_{given_form.skeleton(), instruction{}} {}

    constexpr bool read() noexcept {
        std::string_view const pattern = form_.pattern;
        for (std::size_t i = 0; i != pattern.size();) {
            if (pattern[i] == '$') {
                if (!read_letter(pattern[i + 1])) return false;
                i += 2;
            } else {
                std::size_t const size = token_size(pattern.substr(i));
                if (!scan_.token(pattern.substr(i, size))) return false;
                i += size;
            }
        }
        return scan_.end() && width_suits();
    }

    constexpr std::array<instruction, 2> const& slots() const noexcept { return slots_; }

  private:
    constexpr bool read_letter(char letter) noexcept {
        switch (letter) {
        case '2': at_ = 1; return true;
        case 'd': return read_dst("r");
        case 'D': return read_dst("w");
        case 'l': return read_dst("rw");
        case 's': return read_src("r");
        case 'S': return read_src("w");
        case 'L': return read_src("rw");
        case 'h': return read_helper();
        default: break;
        }
        vocabulary const known = words_of(letter);
        return known.words.empty() ? read_number(letter) : read_word(known);
    }

    constexpr bool read_dst(std::string_view letters) noexcept {
        auto const found = read_register(letters, dst_said_, slots_[0].dst());
        if (found > last_named_register) return false;
        dst_said_ = true;
        set_dst(slots_[0], found);
        return true;
    }

    constexpr bool read_src(std::string_view letters) noexcept {
        auto const found = read_register(letters, src_said_, slots_[0].src());
        if (found > last_named_register) return false;
        src_said_ = true;
        set_src(slots_[0], found);
        return true;
    }

    /// The number of a register; where it was said before, it must be the same. Greater than any where there is none.
    constexpr std::uint8_t read_register(std::string_view letters, bool said, std::uint8_t before) noexcept {
        constexpr std::uint8_t none = last_named_register + 1;
        std::size_t const start = scan_.position();
        char const width = scan_.one_of(letters);
        if (width == '\0') return none;
        std::uint8_t const number = scan_.register_number();
        if (number >= none) return none;
        if (said && number != before) return scan_.wrong(start, "this must be the same register as before"), none;
        if (width == 'w' && letters.size() == 2) narrow_at_ = start;
        return number;
    }

    constexpr bool read_word(vocabulary const& known) noexcept {
        spelling const* const found = scan_.longest(known.words);
        if (found == nullptr) return false;
        known.set(slots_[at_], found->bits);
        return true;
    }

    constexpr bool read_helper() noexcept {
        std::size_t const start = scan_.position();
        std::string_view const word = scan_.word();
        if (!word.starts_with("bpf_")) return scan_.no_such(start);
        for (std::size_t i = 0; i != helper_table.size(); ++i) {
            if (helper_table[i].name != word.substr(4)) continue;
            slots_[at_].imm = static_cast<std::int32_t>(i + 1);
            return true;
        }
        return scan_.wrong(start, "no helper has this name");
    }

    constexpr bool read_number(char letter) noexcept {
        std::uint64_t bits = 0;
        if (!scan_.number(limits_of(letter), letter == 'm' || letter == 'n', bits)) return false;
        put_number(letter, slots_[at_], bits);
        if (letter == 'q') slots_[1].imm = static_cast<std::int32_t>(bits >> 32);
        return true;
    }

    constexpr limits limits_of(char letter) const noexcept {
        switch (letter) {
        case 'm':
        case 'j':
        case 'O': return signed_16_bits;
        case 'u':
            // Eight bytes are stored sign-extended, so that a constant above signed 32 bits would become another one.
            return slots_[0].code == 0x7a ? signed_32_bits : any_32_bits;
        case 'I':
        case 'n': return any_32_bits;
        case 'q': return any_64_bits;
        case 'a':
        case 'A': return unsigned_16_bits;
        case 'x': return unsigned_8_bits;
        case 'P':
        case 'p': return unsigned_4_bits;
        default: return signed_32_bits;
        }
    }

    static constexpr void put_number(char letter, instruction& slot, std::uint64_t bits) noexcept {
        auto const low = static_cast<std::uint32_t>(bits);
        switch (letter) {
        case 'm':
        case 'j':
        case 'O': slot.off = static_cast<std::int16_t>(low); return;
        case 'x': slot.code = static_cast<std::uint8_t>(low); return;
        case 'P': return set_dst(slot, static_cast<std::uint8_t>(low));
        case 'p': return set_src(slot, static_cast<std::uint8_t>(low));
        case 'a': slot.imm = static_cast<std::int32_t>(low << 16); return;
        case 'A': slot.imm = static_cast<std::int32_t>(static_cast<std::uint32_t>(slot.imm) | low); return;
        default: slot.imm = static_cast<std::int32_t>(low); return;
        }
    }

    constexpr bool width_suits() noexcept {
        if (narrow_at_ == nowhere || !moves_8_bytes(slots_[0])) return true;
        return scan_.wrong(narrow_at_, "8 bytes need a 64-bit register: name it r0 to r10");
    }

    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    scanner scan_;
    form const& form_;
    std::array<instruction, 2> slots_;
    std::size_t at_ = 0;
    std::size_t narrow_at_ = nowhere;
    bool dst_said_ = false;
    bool src_said_ = false;
};

} // namespace detail

/// Reads one instruction from a line of text, in the syntax of `disassemble` with any of its options: numbers are
/// decimal or hexadecimal, blanks are free, a comment begins with #.
/// Costs: no allocation
constexpr parsed parse(std::string_view line) noexcept {
    detail::complaint why;
    for (detail::form const& one : detail::one_slot_forms)
        if (detail::form_reader reader{line, one, why}; reader.read()) return {reader.slots(), 1};
    for (detail::form const& one : detail::two_slot_forms)
        if (detail::form_reader reader{line, one, why}; reader.read()) return {reader.slots(), 2};
    return parsed{why.worst(line.size())};
}

} // namespace bpfxx::insn
