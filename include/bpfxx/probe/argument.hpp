#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/wire.hpp>
#include <bpfxx/probe/machine_register.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::probe {

/// Where an argument of a static probe is when the probe is reached.
enum class argument_place : std::uint8_t { not_understood, constant, in_register, in_memory };

/// Why the text of an argument was not understood.
enum class argument_problem : std::uint8_t {
    none,
    missing,
    no_size,
    unknown_size,
    floating_point,
    unknown_machine,
    unknown_register,
    unknown_form,
    number_too_large,
};

/// One sentence about a problem.
[[nodiscard]] constexpr std::string_view sentence(argument_problem what) noexcept {
    switch (what) {
    case argument_problem::none: return "the argument was understood";
    case argument_problem::missing: return "the probe has fewer arguments";
    case argument_problem::no_size: return "the argument does not begin with its size and @";
    case argument_problem::unknown_size: return "the argument has another size than 1, 2, 4 or 8 bytes";
    case argument_problem::floating_point: return "the argument is a floating point number, which programs cannot read";
    case argument_problem::unknown_machine: return "arguments are understood for x86-64, aarch64 and riscv64 only";
    case argument_problem::unknown_register: return "the argument names a register that programs cannot read";
    case argument_problem::unknown_form: return "the argument is written in a way that is not understood";
    case argument_problem::number_too_large: return "a number in the argument is too large";
    }
    return "unknown problem";
}

/// An argument of a static probe, as its note describes it.
struct argument {
    argument_place place = argument_place::not_understood;
    argument_problem problem = argument_problem::missing;
    /// 1, 2, 4 or 8 bytes.
    std::uint8_t size = 0;
    bool is_signed = false;
    /// The register with the argument, or with the address of its memory; nothing where the address has none.
    std::optional<machine_register> base{};
    /// A register that is multiplied by `scale` and added to the address.
    std::optional<machine_register> index{};
    /// 1, 2, 4 or 8.
    std::uint8_t scale = 1;
    /// The constant, or what is added to the address; that fits signed 32 bits.
    std::int64_t number = 0;
    /// As it stands in the file.
    std::string_view text{};

    [[nodiscard]] constexpr bool is_understood() const noexcept { return problem == argument_problem::none; }
};

namespace detail {

/// Takes a text apart from the left.
class argument_text {
  public:
    explicit constexpr argument_text(std::string_view text) noexcept : text_{text} {}

    [[nodiscard]] constexpr bool at_end() const noexcept { return text_.empty(); }
    [[nodiscard]] constexpr char next() const noexcept { return text_.empty() ? '\0' : text_.front(); }

    constexpr bool take(char wanted) noexcept {
        if (next() != wanted || text_.empty()) return false;
        text_.remove_prefix(1);
        return true;
    }
    constexpr void skip_spaces() noexcept {
        while (take(' ')) {
        }
    }
    [[nodiscard]] constexpr std::string_view take_word() noexcept {
        std::size_t size = 0;
        while (size != text_.size() && is_word(text_[size])) ++size;
        std::string_view const word{text_.data(), size};
        text_.remove_prefix(size);
        return word;
    }

    /// A decimal number, or a hexadecimal one behind 0x, with or without a sign. Nothing where there is none;
    /// `too_large` where 64 bits do not hold it.
    [[nodiscard]] constexpr std::optional<std::int64_t> take_number() noexcept {
        argument_text rest = *this;
        bool const negative = rest.take('-');
        if (!negative) rest.take('+');
        bool const hexadecimal = rest.text_.size() > 2 && rest.text_[0] == '0' && rest.text_[1] == 'x';
        if (hexadecimal) rest.text_.remove_prefix(2);
        std::uint64_t const base = hexadecimal ? 16 : 10;
        std::uint64_t const most = (std::uint64_t{1} << 63) - (negative ? 0 : 1);
        std::uint64_t value = 0;
        std::size_t digits = 0;
        for (; digit(rest.next()) < base; rest.text_.remove_prefix(1), ++digits) {
            std::uint64_t const one = digit(rest.next());
            if (value > (most - one) / base) too_large_ = true;
            value = value * base + one;
        }
        if (digits == 0) return std::nullopt;
        text_ = rest.text_;
        return static_cast<std::int64_t>(negative ? 0 - value : value);
    }
    [[nodiscard]] constexpr bool too_large() const noexcept { return too_large_; }

  private:
    [[nodiscard]] static constexpr bool is_word(char one) noexcept {
        return (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9');
    }
    [[nodiscard]] static constexpr std::uint64_t digit(char one) noexcept {
        constexpr std::string_view digits = "0123456789abcdef";
        std::size_t value = 0;
        while (value != digits.size() && digits[value] != one) ++value;
        return value;
    }

    std::string_view text_;
    bool too_large_ = false;
};

/// Reads one argument; each step that does not find what it needs says why and ends.
class argument_reader {
  public:
    constexpr argument_reader(elf::machine machine, std::string_view text) noexcept : rest_{text}, machine_{machine} {
        made_.text = text;
    }

    [[nodiscard]] constexpr argument read() noexcept {
        made_.problem = read_all();
        if (made_.problem == argument_problem::none && rest_.too_large())
            made_.problem = argument_problem::number_too_large;
        if (made_.problem != argument_problem::none)
            return {.problem = made_.problem, .size = made_.size, .is_signed = made_.is_signed, .text = made_.text};
        return made_;
    }

  private:
    using problem = argument_problem;

    [[nodiscard]] constexpr problem read_all() noexcept {
        if (problem const found = read_size(); found != problem::none) return found;
        problem const found = read_operand();
        if (found != problem::none) return found;
        if (!rest_.at_end()) return problem::unknown_form;
        bool const far = made_.number != static_cast<std::int32_t>(made_.number);
        return far && made_.place == argument_place::in_memory ? problem::number_too_large : problem::none;
    }

    [[nodiscard]] constexpr problem read_size() noexcept {
        made_.is_signed = rest_.next() == '-';
        auto const size = rest_.take_number();
        if (!size) return problem::no_size;
        bool const is_float = rest_.take('f');
        if (!rest_.take('@')) return problem::no_size;
        if (is_float) return problem::floating_point;
        std::int64_t const bytes = made_.is_signed ? -*size : *size;
        if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) return problem::unknown_size;
        made_.size = static_cast<std::uint8_t>(bytes);
        return problem::none;
    }

    [[nodiscard]] constexpr problem read_operand() noexcept {
        switch (machine_) {
        case elf::machine::x86_64: return read_x86();
        case elf::machine::aarch64: return read_arm();
        case elf::machine::riscv: return read_riscv();
        default: return problem::unknown_machine;
        }
    }

    constexpr problem constant(std::optional<std::int64_t> value) noexcept {
        if (!value) return problem::unknown_form;
        made_.place = argument_place::constant;
        made_.number = *value;
        return problem::none;
    }

    constexpr problem in_register(std::optional<machine_register> found) noexcept {
        if (!found) return problem::unknown_register;
        made_.place = argument_place::in_register;
        made_.base = found;
        return problem::none;
    }

    [[nodiscard]] constexpr std::optional<machine_register> take_register() noexcept {
        return register_named(machine_, rest_.take_word());
    }

    // $5   %eax   -8(%rbp)   (%rax)   16(%rax,%rbx,4)   (,%rbx,8)
    constexpr problem read_x86() noexcept {
        if (rest_.take('$')) return constant(rest_.take_number());
        if (rest_.take('%')) return in_register(take_register());
        made_.place = argument_place::in_memory;
        made_.number = rest_.take_number().value_or(0);
        if (!rest_.take('(')) return problem::unknown_form;
        if (rest_.take('%')) {
            made_.base = take_register();
            if (!made_.base) return problem::unknown_register;
        }
        if (rest_.take(',') && !read_x86_index()) return problem::unknown_form;
        bool const has_address = made_.base || made_.index;
        return rest_.take(')') && has_address ? problem::none : problem::unknown_form;
    }

    constexpr bool read_x86_index() noexcept {
        if (!rest_.take('%')) return false;
        made_.index = take_register();
        if (!made_.index) return false;
        if (!rest_.take(',')) return true;
        std::int64_t const scale = rest_.take_number().value_or(0);
        made_.scale = static_cast<std::uint8_t>(scale & 15);
        return scale == 1 || scale == 2 || scale == 4 || scale == 8;
    }

    // 5   x0   w0   [sp]   [sp, 16]   [x0, x1]
    constexpr problem read_arm() noexcept {
        bool const marked = rest_.take('#');
        if (auto const value = rest_.take_number()) return constant(value);
        if (marked) return problem::unknown_form;
        if (!rest_.take('[')) return in_register(take_register());
        made_.place = argument_place::in_memory;
        made_.base = take_register();
        if (!made_.base) return problem::unknown_register;
        if (rest_.take(',') && !read_arm_second()) return problem::unknown_form;
        return rest_.take(']') ? problem::none : problem::unknown_form;
    }

    // A w register would be extended in a way that is written behind it.
    constexpr bool read_arm_second() noexcept {
        rest_.skip_spaces();
        bool const marked = rest_.take('#');
        if (auto const value = rest_.take_number()) {
            made_.number = *value;
            return true;
        }
        if (marked || rest_.next() != 'x') return false;
        made_.index = take_register();
        return made_.index.has_value();
    }

    // 5   a0   8(sp)   (sp)
    constexpr problem read_riscv() noexcept {
        auto const value = rest_.take_number();
        if (!rest_.take('(')) return value ? constant(value) : in_register(take_register());
        made_.place = argument_place::in_memory;
        made_.number = value.value_or(0);
        made_.base = take_register();
        if (!made_.base) return problem::unknown_register;
        return rest_.take(')') ? problem::none : problem::unknown_form;
    }

    argument_text rest_;
    argument made_{};
    elf::machine machine_;
};

/// Cuts off the first argument: spaces part them, but not inside brackets.
[[nodiscard]] constexpr std::string_view cut_argument(std::string_view& rest) noexcept {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    int depth = 0;
    std::size_t size = 0;
    for (; size != rest.size() && (rest[size] != ' ' || depth > 0); ++size) {
        if (rest[size] == '(' || rest[size] == '[') ++depth;
        if (rest[size] == ')' || rest[size] == ']') --depth;
    }
    std::string_view const cut{rest.data(), size};
    rest.remove_prefix(size);
    return cut;
}

} // namespace detail

/// Understands one argument of a static probe, such as `-4@8(%rax,%rbx,4)` of x86-64 or `8@[sp, 16]` of aarch64. What is
/// not understood is never guessed: it keeps its text, and says why.
[[nodiscard]] constexpr argument parse_argument(elf::machine machine, std::string_view text) noexcept {
    return detail::argument_reader{machine, text}.read();
}

} // namespace bpfxx::probe
