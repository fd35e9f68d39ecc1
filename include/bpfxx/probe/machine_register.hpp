#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::probe {

/// A register of a machine, or part of one, in what a uprobe's program has as its context.
/// UAPI: `struct pt_regs`, `struct user_pt_regs`, `struct user_regs_struct`
struct machine_register {
    /// Bytes from the start of the context to the whole register, which has 8.
    std::uint16_t offset = 0;
    /// The lowest bit that belongs to it: 8 for %ah and its like.
    std::uint8_t first_bit = 0;

    friend constexpr bool operator==(machine_register, machine_register) noexcept = default;
};

namespace detail {

struct x86_register {
    std::string_view whole, low_32, low_16, low_8, second_8;
    std::uint16_t offset;
};

// clang-format off: one register a line
inline constexpr x86_register x86_registers[] = {
    {"r15", "r15d", "r15w", "r15b", "", 0},
    {"r14", "r14d", "r14w", "r14b", "", 8},
    {"r13", "r13d", "r13w", "r13b", "", 16},
    {"r12", "r12d", "r12w", "r12b", "", 24},
    {"rbp", "ebp", "bp", "bpl", "", 32},
    {"rbx", "ebx", "bx", "bl", "bh", 40},
    {"r11", "r11d", "r11w", "r11b", "", 48},
    {"r10", "r10d", "r10w", "r10b", "", 56},
    {"r9", "r9d", "r9w", "r9b", "", 64},
    {"r8", "r8d", "r8w", "r8b", "", 72},
    {"rax", "eax", "ax", "al", "ah", 80},
    {"rcx", "ecx", "cx", "cl", "ch", 88},
    {"rdx", "edx", "dx", "dl", "dh", 96},
    {"rsi", "esi", "si", "sil", "", 104},
    {"rdi", "edi", "di", "dil", "", 112},
    {"rsp", "esp", "sp", "spl", "", 152},
};
// clang-format on

// In the order of `struct user_regs_struct`, behind the program counter.
inline constexpr std::string_view riscv_registers[] = {
    "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5", "a6",
    "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

[[nodiscard]] constexpr std::optional<machine_register> x86_register_named(std::string_view name) noexcept {
    if (name.empty()) return std::nullopt;
    for (auto const& row : x86_registers) {
        if (name == row.second_8) return machine_register{row.offset, 8};
        if (name == row.whole || name == row.low_32 || name == row.low_16 || name == row.low_8)
            return machine_register{row.offset, 0};
    }
    return std::nullopt;
}

/// x0 to x30, w0 to w30, sp.
[[nodiscard]] constexpr std::optional<machine_register> arm_register_named(std::string_view name) noexcept {
    if (name == "sp") return machine_register{31 * 8, 0};
    bool const has_form = name.size() == 2 || name.size() == 3;
    if (!has_form || (name[0] != 'x' && name[0] != 'w')) return std::nullopt;
    std::uint16_t number = 0;
    for (std::size_t i = 1; i != name.size(); ++i) {
        if (name[i] < '0' || name[i] > '9' || (i == 1 && name[i] == '0' && name.size() != 2)) return std::nullopt;
        number = static_cast<std::uint16_t>(number * 10 + (name[i] - '0'));
    }
    if (number > 30) return std::nullopt;
    return machine_register{static_cast<std::uint16_t>(number * 8), 0};
}

[[nodiscard]] constexpr std::optional<machine_register> riscv_register_named(std::string_view name) noexcept {
    std::uint16_t offset = 8;
    for (auto const row : riscv_registers) {
        if (name == row || (row == "s0" && name == "fp")) return machine_register{offset, 0};
        offset = static_cast<std::uint16_t>(offset + 8);
    }
    return std::nullopt;
}

} // namespace detail

/// A general register by the name that assemblers give it, without the % of x86-64; nothing for a name or a machine
/// that is not known.
[[nodiscard]] constexpr std::optional<machine_register> register_named(elf::machine machine,
                                                                       std::string_view name) noexcept {
    switch (machine) {
    case elf::machine::x86_64: return detail::x86_register_named(name);
    case elf::machine::aarch64: return detail::arm_register_named(name);
    case elf::machine::riscv: return detail::riscv_register_named(name);
    default: return std::nullopt;
    }
}

} // namespace bpfxx::probe
