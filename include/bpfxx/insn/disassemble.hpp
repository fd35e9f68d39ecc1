#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <bpfxx/insn/helper.hpp>
#include <bpfxx/insn/internal.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/syntax.hpp>
#include <bpfxx/insn/text.hpp>

namespace bpfxx::insn {

/// How instructions are written; without any of it, as `llvm-objdump -d --no-show-raw-insn` writes them.
struct disassemble_options {
    /// Helpers by name, `call bpf_map_lookup_elem`, and wide loads by what they load, `r1 = map_by_fd(0x5)`.
    bool names = false;
    /// Loads and stores of up to 4 bytes with w registers, as `llvm-objdump --mattr=+alu32` writes them.
    bool alu32 = false;
};

namespace detail {

using two_slots = std::array<instruction, 2>;

constexpr std::string_view helper_name(instruction const& slot) noexcept { return name(static_cast<helper>(slot.imm)); }

/// Whether a letter of a pattern can say what stands in its field.
constexpr bool can_say(char letter, instruction const& slot) noexcept {
    switch (letter) {
    case 'd':
    case 'D':
    case 'l': return slot.dst() <= last_named_register;
    case 's':
    case 'S':
    case 'L': return slot.src() <= last_named_register;
    case 'h': return !helper_name(slot).empty();
    default: break;
    }
    vocabulary const known = words_of(letter);
    return known.words.empty() || !known.word(slot).empty();
}

/// Copies what a letter of a pattern says.
constexpr void copy_said(char letter, instruction& to, instruction const& from) noexcept {
    switch (letter) {
    case 'd':
    case 'D':
    case 'l':
    case 'P': return set_dst(to, from.dst());
    case 's':
    case 'S':
    case 'L':
    case 'p': return set_src(to, from.src());
    case 'm':
    case 'j':
    case 'O': to.off = from.off; return;
    case 'x': to.code = from.code; return;
    case 'i':
    case 'u':
    case 'I':
    case 'n':
    case 'J':
    case 'a':
    case 'A':
    case 'h':
    case 'k':
    case 'f':
    case 'q': to.imm = from.imm; return;
    default: return;
    }
}

/// Whether the slots are of a form to the last bit: then what the form leaves open says all that differs from it.
constexpr bool fits(form const& one, two_slots const& slots) noexcept {
    if ((slots[0].code & one.mask) != one.code) return false;
    two_slots said{one.skeleton(), instruction{}};
    said[0].code = slots[0].code;
    std::size_t at = 0;
    for (std::size_t i = 0; i != one.pattern.size(); ++i) {
        if (one.pattern[i] != '$') continue;
        char const letter = one.pattern[++i];
        if (letter == '2') at = 1;
        if (!can_say(letter, slots[at])) return false;
        copy_said(letter, said[at], slots[at]);
        if (letter == 'q') said[1].imm = slots[1].imm;
    }
    return said == slots;
}

class form_writer {
  public:
    constexpr form_writer(two_slots const& slots, disassemble_options options) noexcept
        : slots_{slots}, options_{options} {}

    constexpr void write(form const& one) noexcept {
        for (std::size_t i = 0; i != one.pattern.size(); ++i) {
            char const letter = one.pattern[i];
            if (letter == '$')
                say(one.pattern[++i]);
            else
                out_.put(letter);
        }
    }

    constexpr void comment(std::string_view what) noexcept {
        out_.put(" # ");
        out_.put(what);
    }

    constexpr text const& done() const noexcept { return out_.done(); }

  private:
    constexpr void say(char letter) noexcept {
        instruction const& slot = slots_[at_];
        switch (letter) {
        case '2': at_ = 1; return;
        case 'd': return say_register('r', slot.dst());
        case 's': return say_register('r', slot.src());
        case 'D': return say_register('w', slot.dst());
        case 'S': return say_register('w', slot.src());
        case 'l': return say_register(moved_letter(), slot.dst());
        case 'L': return say_register(moved_letter(), slot.src());
        case 'm': return out_.put_displacement(slot.off, " ");
        case 'n': return out_.put_displacement(slot.imm, " ");
        case 'j': return out_.put_displacement(slot.off, "");
        case 'J': return out_.put_displacement(slot.imm, "");
        case 'h': out_.put("bpf_"); return out_.put(helper_name(slot));
        case 'q': return out_.put_signed(wide_value());
        case 'x': return out_.put_hex(slot.code);
        case 'P': return out_.put_hex(slot.dst());
        case 'p': return out_.put_hex(slot.src());
        case 'O': return out_.put_signed(slot.off);
        case 'a': return out_.put_hex(static_cast<std::uint32_t>(slot.imm) >> 16);
        case 'A': return out_.put_hex(static_cast<std::uint32_t>(slot.imm) & 0xffff);
        case 'I': return out_.put_hex(static_cast<std::uint32_t>(slot.imm));
        case 'i':
        case 'u': return out_.put_signed(slot.imm);
        default: return out_.put(words_of(letter).word(slot));
        }
    }

    constexpr void say_register(char width, std::uint8_t number) noexcept {
        out_.put(width);
        out_.put_decimal(number);
    }

    constexpr char moved_letter() const noexcept { return options_.alu32 && !moves_8_bytes(slots_[0]) ? 'w' : 'r'; }

    constexpr std::int64_t wide_value() const noexcept {
        auto const high = static_cast<std::uint64_t>(static_cast<std::uint32_t>(slots_[1].imm)) << 32;
        return static_cast<std::int64_t>(high | static_cast<std::uint32_t>(slots_[0].imm));
    }

    two_slots slots_;
    disassemble_options options_;
    std::size_t at_ = 0;
    text_writer out_;
};

/// The first form that fits; the last one fits everything.
constexpr form const& fitting(std::span<form const> forms, two_slots const& slots,
                              disassemble_options options) noexcept {
    for (form const& one : forms)
        if ((options.names || !one.named) && fits(one, slots)) return one;
    return forms.back();
}

/// Whether the opcode is one of a form's, whatever the other fields say.
constexpr bool has_opcode(form const& one, instruction const& slot) noexcept {
    if ((slot.code & one.mask) != one.code) return false;
    for (std::size_t i = 0; i != one.pattern.size(); ++i) {
        if (one.pattern[i] != '$') continue;
        vocabulary const known = words_of(one.pattern[++i]);
        if (known.code_mask != 0 && known.word(slot).empty()) return false;
    }
    return true;
}

/// Why one slot is no instruction.
constexpr std::string_view why_no_instruction(instruction const& slot) noexcept {
    if (auto const meaning = internal_meaning(slot); !meaning.empty()) return meaning;
    for (form const& one : one_slot_forms)
        if (one.mask != 0 && has_opcode(one, slot)) return "no instruction: a field is set to what it cannot be";
    return "no instruction: there is no such opcode";
}

/// Whether two slots are one instruction for the kernel, even if it is one that it refuses.
constexpr bool is_wide(instruction const& first, instruction const& second) noexcept {
    return first.code == wide_opcode && second == instruction{0, 0, 0, second.imm};
}

} // namespace detail

/// One slot as text in LLVM's syntax. Any eight bytes have a text: what is no instruction is written as its fields,
/// `.insn code=0x8d dst=0x1 src=0x2 off=0x3 imm=0x4`, and a comment that says why. `parse` reads every text back.
///
/// Where LLVM's text would not tell two instructions apart, this one says more: `call pc+0x5` calls a subprogram and
/// `call kfunc 0x5` a kernel function, `skb[r1 + 0x4]` has a displacement. No labels are added to jumps.
/// Costs: no allocation
constexpr text disassemble(instruction const& one, disassemble_options options = {}) noexcept {
    detail::two_slots const slots{one, instruction{}};
    detail::form const& found = detail::fitting(detail::one_slot_forms, slots, options);
    detail::form_writer writer{slots, options};
    writer.write(found);
    if (found.mask == 0) writer.comment(detail::why_no_instruction(one));
    return writer.done();
}

/// A load of 64 bits as text: `r1 = 0x5 ll`, and for what is no constant `ld_pseudo r1, 0x1, 0x5`, followed by the
/// second imm where it is not 0.
/// Costs: no allocation
constexpr text disassemble(wide_instruction const& one, disassemble_options options = {}) noexcept {
    detail::two_slots const slots{one.first, one.second};
    detail::form_writer writer{slots, options};
    writer.write(detail::fitting(detail::two_slot_forms, slots, options));
    return writer.done();
}

/// One whole instruction of a program: where it stands and how it reads.
struct [[nodiscard]] disassembled {
    std::size_t slot;
    insn::text text;
};

/// A program as text, one whole instruction after the other; wide loads take two slots. Made for a range-for:
/// `for (auto const& [slot, text] : disassembly(code))`. The instructions must outlive it.
/// Costs: no allocation
class [[nodiscard]] disassembly {
  public:
    class iterator {
      public:
        using value_type = disassembled;
        using difference_type = std::ptrdiff_t;

        constexpr iterator() noexcept = default;

        constexpr disassembled operator*() const noexcept {
            if (width() == 2) return {slot_, disassemble(wide_instruction{code_[slot_], code_[slot_ + 1]}, options_)};
            return {slot_, disassemble(code_[slot_], options_)};
        }

        constexpr iterator& operator++() noexcept {
            slot_ += width();
            return *this;
        }

        constexpr iterator operator++(int) noexcept {
            auto const before = *this;
            ++*this;
            return before;
        }

        friend constexpr bool operator==(iterator const& left, iterator const& right) noexcept {
            return left.slot_ == right.slot_;
        }

      private:
        friend disassembly;

        constexpr iterator(std::span<instruction const> given_code, std::size_t given_slot,
                           disassemble_options given_options) noexcept
            : code_{given_code}, slot_{given_slot}, options_{given_options} {}

        constexpr std::size_t width() const noexcept {
            return slot_ + 1 != code_.size() && detail::is_wide(code_[slot_], code_[slot_ + 1]) ? 2 : 1;
        }

        std::span<instruction const> code_;
        std::size_t slot_ = 0;
        disassemble_options options_;
    };

    explicit constexpr disassembly(std::span<instruction const> given_code,
                                   disassemble_options given_options = {}) noexcept
        : code_{given_code}, options_{given_options} {}

    template <class Temporary>
        requires(!std::is_lvalue_reference_v<Temporary> &&
                 !std::ranges::enable_borrowed_range<std::remove_cv_t<Temporary>>)
    explicit disassembly(Temporary&&, disassemble_options = {}) = delete; // the instructions must outlive it: name them

    constexpr iterator begin() const noexcept { return {code_, 0, options_}; }
    constexpr iterator end() const noexcept { return {code_, code_.size(), options_}; }

  private:
    std::span<instruction const> code_;
    disassemble_options options_;
};

} // namespace bpfxx::insn
