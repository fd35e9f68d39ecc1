#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <bpfxx/classic/instruction.hpp>

// Filters as tcpdump shows them: `-d` for people, `-dd` for C programs and for reading back.
namespace bpfxx::classic {

/// A line of text in a buffer of its own.
class [[nodiscard]] line {
  public:
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_, size_}; }
    [[nodiscard]] constexpr char const* c_str() const noexcept { return characters_; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return view(); }

  protected:
    constexpr void append(char character) noexcept {
        if (size_ != capacity) characters_[size_++] = character;
    }

    constexpr std::size_t size() const noexcept { return size_; }

  private:
    static constexpr std::size_t capacity = 79;

    char characters_[capacity + 1]{};
    std::size_t size_ = 0;
};

namespace detail {

/// A line while it is written, in the manner of printf's conversions.
class line_writer : public line {
  public:
    constexpr line_writer& text(std::string_view piece) noexcept {
        for (char const character : piece) append(character);
        return *this;
    }

    constexpr line_writer& number(std::uint64_t value, unsigned base = 10, unsigned least_digits = 1) noexcept {
        char reversed[20]{};
        unsigned count = 0;
        for (; value != 0 || count < least_digits; value /= base) reversed[count++] = "0123456789abcdef"[value % base];
        while (count != 0) append(reversed[--count]);
        return *this;
    }

    constexpr line_writer& hexadecimal(std::uint32_t value, unsigned least_digits = 1) noexcept {
        return text("0x").number(value, 16, least_digits);
    }

    constexpr line_writer& with_sign(std::uint32_t value) noexcept {
        if (static_cast<std::int32_t>(value) >= 0) return number(value);
        return text("-").number((std::uint64_t{1} << 32) - value);
    }

    /// Ends a column of a width.
    constexpr line_writer& pad(std::size_t width) noexcept {
        while (size() < column_ + width) append(' ');
        return next_column();
    }

    constexpr line_writer& next_column() noexcept {
        append(' ');
        column_ = size();
        return *this;
    }

  private:
    std::size_t column_ = 0;
};

// clang-format off: one line
inline constexpr std::array<std::string_view, 16> ancillary_names{
    "proto", "type", "ifidx", "nla", "nlan", "mark", "queue", "hatype", "rxhash", "cpu", "xor_x", "vlan_tci", "vlanp", "poff", "random", "vlan_tpid"};
// clang-format on

enum class operand_form : std::uint8_t {
    none,
    packet,
    packet_by_x,
    constant,
    hex_constant,
    cell,
    length,
    header,
    target,
    x,
    unknown
};

struct form {
    std::string_view name;
    operand_form operand;
};

constexpr form form_of(instruction const& one) noexcept {
    using enum operand_form;
    switch (opcode{one.code}) {
    case opcode::ld_imm: return {"ld", hex_constant};
    case opcode::ld_w_abs: return {"ld", packet};
    case opcode::ld_h_abs: return {"ldh", packet};
    case opcode::ld_b_abs: return {"ldb", packet};
    case opcode::ld_w_ind: return {"ld", packet_by_x};
    case opcode::ld_h_ind: return {"ldh", packet_by_x};
    case opcode::ld_b_ind: return {"ldb", packet_by_x};
    case opcode::ld_mem: return {"ld", cell};
    case opcode::ld_len: return {"ld", length};
    case opcode::ldx_imm: return {"ldx", hex_constant};
    case opcode::ldx_mem: return {"ldx", cell};
    case opcode::ldx_len: return {"ldx", length};
    case opcode::ldx_b_msh: return {"ldxb", header};
    case opcode::st: return {"st", cell};
    case opcode::stx: return {"stx", cell};
    case opcode::add_k: return {"add", constant};
    case opcode::add_x: return {"add", x};
    case opcode::sub_k: return {"sub", constant};
    case opcode::sub_x: return {"sub", x};
    case opcode::mul_k: return {"mul", constant};
    case opcode::mul_x: return {"mul", x};
    case opcode::div_k: return {"div", constant};
    case opcode::div_x: return {"div", x};
    case opcode::or_k: return {"or", hex_constant};
    case opcode::or_x: return {"or", x};
    case opcode::and_k: return {"and", hex_constant};
    case opcode::and_x: return {"and", x};
    case opcode::lsh_k: return {"lsh", constant};
    case opcode::lsh_x: return {"lsh", x};
    case opcode::rsh_k: return {"rsh", constant};
    case opcode::rsh_x: return {"rsh", x};
    case opcode::neg: return {"neg", none};
    case opcode::mod_k: return {"mod", constant};
    case opcode::mod_x: return {"mod", x};
    case opcode::xor_k: return {"xor", hex_constant};
    case opcode::xor_x: return {"xor", x};
    case opcode::ja: return {"ja", target};
    case opcode::jeq_k: return {"jeq", hex_constant};
    case opcode::jeq_x: return {"jeq", x};
    case opcode::jgt_k: return {"jgt", hex_constant};
    case opcode::jgt_x: return {"jgt", x};
    case opcode::jge_k: return {"jge", hex_constant};
    case opcode::jge_x: return {"jge", x};
    case opcode::jset_k: return {"jset", hex_constant};
    case opcode::jset_x: return {"jset", x};
    case opcode::ret_k: return {"ret", constant};
    case opcode::ret_a: return {"ret", none};
    case opcode::tax: return {"tax", none};
    case opcode::txa: return {"txa", none};
    }
    return {"unimp", unknown};
}

constexpr void write_packet_offset(line_writer& to, std::uint32_t k) noexcept {
    std::uint32_t const beyond = k - ancillary_base;
    to.text("[");
    if (k >= ancillary_base && beyond % 4 == 0 && beyond / 4 < ancillary_names.size())
        to.text(ancillary_names[beyond / 4]);
    else
        to.with_sign(k);
    to.text("]");
}

constexpr void write_operand(line_writer& to, operand_form how, instruction const& one, std::size_t at) noexcept {
    switch (how) {
    case operand_form::none: return;
    case operand_form::packet: return write_packet_offset(to, one.k);
    case operand_form::packet_by_x: to.text("[x + ").with_sign(one.k).text("]"); return;
    case operand_form::constant: to.text("#").with_sign(one.k); return;
    case operand_form::hex_constant: to.text("#").hexadecimal(one.k); return;
    case operand_form::cell: to.text("M[").with_sign(one.k).text("]"); return;
    case operand_form::length: to.text("#pktlen"); return;
    case operand_form::header: to.text("4*([").with_sign(one.k).text("]&0xf)"); return;
    case operand_form::target: to.with_sign(static_cast<std::uint32_t>(at + 1 + one.k)); return;
    case operand_form::x: to.text("x"); return;
    case operand_form::unknown: to.hexadecimal(one.code); return;
    }
}

constexpr bool has_branches(instruction const& one) noexcept { return (one.code & 7) == 5 && (one.code & 0xf0) != 0; }

/// Takes a text apart from its front.
struct reader {
    std::string_view rest;
    bool good = true;

    constexpr void skip_spaces() noexcept {
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
    }

    constexpr bool take(char wanted) noexcept {
        skip_spaces();
        if (rest.empty() || rest.front() != wanted) return false;
        rest.remove_prefix(1);
        return true;
    }

    constexpr void expect(char wanted) noexcept { good = take(wanted) && good; }

    static constexpr std::uint32_t digit(char character) noexcept {
        if (character >= '0' && character <= '9') return static_cast<std::uint32_t>(character - '0');
        if (character >= 'a' && character <= 'f') return static_cast<std::uint32_t>(character - 'a') + 10;
        if (character >= 'A' && character <= 'F') return static_cast<std::uint32_t>(character - 'A') + 10;
        return 16;
    }

    /// A decimal number, or a hexadecimal one after 0x.
    constexpr std::uint64_t number(std::uint64_t most) noexcept {
        skip_spaces();
        unsigned const base = rest.starts_with("0x") || rest.starts_with("0X") ? 16 : 10;
        if (base == 16) rest.remove_prefix(2);
        std::uint64_t value = 0;
        bool any = false;
        for (; !rest.empty() && digit(rest.front()) < base; rest.remove_prefix(1), any = true) {
            value = value * base + digit(rest.front());
            if (value > most) value = most + 1;
        }
        good = good && any && value <= most;
        return value;
    }
};

} // namespace detail

/// An instruction as `tcpdump -d` writes it: `(001) jeq      #0x800           jt 2	jf 5`; `at` is its number.
/// Costs: no allocation; about 90 bytes on the stack
constexpr line disassemble(instruction const& one, std::size_t at) noexcept {
    auto const how = detail::form_of(one);
    detail::line_writer to;
    to.text("(").number(at, 10, 3).text(")").next_column().text(how.name).pad(8);
    detail::write_operand(to, how.operand, one, at);
    if (detail::has_branches(one)) to.pad(16).text("jt ").number(at + 1 + one.jt).text("\tjf ").number(at + 1 + one.jf);
    return to;
}

/// An instruction as `tcpdump -dd` writes it, for a C array: `{ 0x28, 0, 0, 0x0000000c },`.
/// Costs: no allocation; about 90 bytes on the stack
constexpr line c_text(instruction const& one) noexcept {
    detail::line_writer to;
    to.text("{ ").hexadecimal(one.code).text(", ").number(one.jt).text(", ").number(one.jf).text(", ");
    to.hexadecimal(one.k, 8).text(" },");
    return to;
}

/// Reads back what `c_text` or `tcpdump -dd` wrote; nothing for any other text.
constexpr std::optional<instruction> parse_c_text(std::string_view text) noexcept {
    detail::reader from{text};
    instruction one;
    from.expect('{');
    one.code = static_cast<std::uint16_t>(from.number(0xffff));
    from.expect(',');
    one.jt = static_cast<std::uint8_t>(from.number(0xff));
    from.expect(',');
    one.jf = static_cast<std::uint8_t>(from.number(0xff));
    from.expect(',');
    one.k = static_cast<std::uint32_t>(from.number(0xffff'ffff));
    from.expect('}');
    from.take(',');
    from.skip_spaces();
    if (!from.good || !from.rest.empty()) return std::nullopt;
    return one;
}

} // namespace bpfxx::classic
