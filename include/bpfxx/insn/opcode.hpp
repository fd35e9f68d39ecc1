#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bit>
#include <cstddef>
#include <cstdint>

namespace bpfxx::insn {

/// The kind of an instruction, opcode bits 0-2.
/// UAPI: BPF_LD … BPF_ALU64
/// Since: Linux 3.18, jmp32 5.1
enum class opcode_class : std::uint8_t {
    ld = 0x00,
    ldx = 0x01,
    st = 0x02,
    stx = 0x03,
    alu = 0x04,
    jmp = 0x05,
    jmp32 = 0x06,
    alu64 = 0x07,
};

/// How many bytes a load or a store moves, opcode bits 3-4.
/// UAPI: BPF_W, BPF_H, BPF_B, BPF_DW
/// Since: Linux 3.18
enum class memory_size : std::uint8_t { w = 0x00, h = 0x08, b = 0x10, dw = 0x18 };

/// How a load or a store finds its memory, opcode bits 5-7.
/// UAPI: BPF_IMM, BPF_ABS, BPF_IND, BPF_MEM, BPF_MEMSX, BPF_ATOMIC
/// Since: Linux 3.18, memsx 6.6
enum class memory_mode : std::uint8_t { imm = 0x00, abs = 0x20, ind = 0x40, mem = 0x60, memsx = 0x80, atomic = 0xc0 };

/// Where the second operand of arithmetic or of a comparison stands, opcode bit 3: `k` in imm, `x` in a register.
/// UAPI: BPF_K, BPF_X
/// Since: Linux 3.18
enum class operand_source : std::uint8_t { k = 0x00, x = 0x08 };

/// What an instruction of the classes alu and alu64 computes, opcode bits 4-7.
/// UAPI: BPF_ADD … BPF_END
/// Since: Linux 3.18
enum class alu_op : std::uint8_t {
    add = 0x00,
    sub = 0x10,
    mul = 0x20,
    div = 0x30,
    or_ = 0x40,
    and_ = 0x50,
    lsh = 0x60,
    rsh = 0x70,
    neg = 0x80,
    mod = 0x90,
    xor_ = 0xa0,
    mov = 0xb0,
    arsh = 0xc0,
    end = 0xd0,
};

/// What an instruction of the classes jmp and jmp32 does, opcode bits 4-7.
/// UAPI: BPF_JA … BPF_JCOND
/// Since: Linux 3.18, jlt to jsle 4.14, jcond 6.9
enum class jump_op : std::uint8_t {
    ja = 0x00,
    jeq = 0x10,
    jgt = 0x20,
    jge = 0x30,
    jset = 0x40,
    jne = 0x50,
    jsgt = 0x60,
    jsge = 0x70,
    call = 0x80,
    exit = 0x90,
    jlt = 0xa0,
    jle = 0xb0,
    jslt = 0xc0,
    jsle = 0xd0,
    jcond = 0xe0,
};

/// What an atomic store does, in its imm field.
/// UAPI: BPF_FETCH, BPF_XCHG, BPF_CMPXCHG, BPF_LOAD_ACQ, BPF_STORE_REL
/// Since: Linux 3.18 for add, 5.12 for the others, load_acq and store_rel 6.15
enum class atomic_op : std::int32_t {
    add = 0x00,
    or_ = 0x40,
    and_ = 0x50,
    xor_ = 0xa0,
    fetch_add = 0x01,
    fetch_or = 0x41,
    fetch_and = 0x51,
    fetch_xor = 0xa1,
    xchg = 0xe1,
    cmpxchg = 0xf1,
    load_acq = 0x100,
    store_rel = 0x110,
};

/// What the 64 bits of a two-slot load name, in the src nibble of its first slot.
/// UAPI: BPF_PSEUDO_MAP_FD … BPF_PSEUDO_MAP_IDX_VALUE
/// Since: Linux 3.18, map_value 5.2, btf_id 5.10, func 5.13, map_idx and map_idx_value 5.14
enum class pseudo_load : std::uint8_t {
    constant = 0,
    map_fd = 1,
    map_value = 2,
    btf_id = 3,
    func = 4,
    map_idx = 5,
    map_idx_value = 6,
};

/// Whom a call instruction calls, in its src nibble.
/// UAPI: BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL
/// Since: Linux 3.18, subprogram 4.16, kfunc 5.13
enum class pseudo_call : std::uint8_t { helper = 0, subprogram = 1, kfunc = 2 };

/// The opcode of arithmetic.
constexpr std::uint8_t opcode(opcode_class group, alu_op op, operand_source source) noexcept {
    return static_cast<std::uint8_t>(std::uint8_t(group) | std::uint8_t(op) | std::uint8_t(source));
}

/// The opcode of a jump, a call or an exit.
constexpr std::uint8_t opcode(opcode_class group, jump_op op, operand_source source) noexcept {
    return static_cast<std::uint8_t>(std::uint8_t(group) | std::uint8_t(op) | std::uint8_t(source));
}

/// The opcode of a load or a store.
constexpr std::uint8_t opcode(opcode_class group, memory_size size, memory_mode mode) noexcept {
    return static_cast<std::uint8_t>(std::uint8_t(group) | std::uint8_t(size) | std::uint8_t(mode));
}

/// The opcode that starts a load of two slots; its second slot has opcode 0.
inline constexpr std::uint8_t wide_opcode = opcode(opcode_class::ld, memory_size::dw, memory_mode::imm);

/// The opcode of the jump whose distance is its imm field; every other jump has it in off.
inline constexpr std::uint8_t long_jump_opcode = opcode(opcode_class::jmp32, jump_op::ja, operand_source::k);

/// One slot of a program as the kernel reads it.
/// UAPI: `struct bpf_insn`
/// Since: Linux 3.18
struct [[nodiscard]] instruction {
    std::uint8_t code;
    /// Two nibbles; the kernel declares them as bit-fields, so their order follows the byte order of the machine.
    std::uint8_t registers;
    std::int16_t off;
    std::int32_t imm;

    /// The register written, or the base address of a store.
    constexpr std::uint8_t dst() const noexcept {
        return static_cast<std::uint8_t>(dst_is_low ? registers & 0x0f : registers >> 4);
    }

    /// The register read, or a `pseudo_load` or `pseudo_call`.
    constexpr std::uint8_t src() const noexcept {
        return static_cast<std::uint8_t>(dst_is_low ? registers >> 4 : registers & 0x0f);
    }

    friend constexpr bool operator==(instruction const&, instruction const&) noexcept = default;

    /// The registers field for two register numbers below 16.
    static constexpr std::uint8_t pack(std::uint8_t dst, std::uint8_t src) noexcept {
        return static_cast<std::uint8_t>(dst_is_low ? (src << 4 | dst) : (dst << 4 | src));
    }

  private:
    static constexpr bool dst_is_low = std::endian::native == std::endian::little;
};

static_assert(sizeof(instruction) == 8 && alignof(instruction) == 4);
static_assert(offsetof(instruction, registers) == 1 && offsetof(instruction, off) == 2 &&
              offsetof(instruction, imm) == 4);

/// A load of 64 bits, which takes two slots.
/// UAPI: BPF_LD | BPF_IMM | BPF_DW
/// Since: Linux 3.18
struct [[nodiscard]] wide_instruction {
    instruction first;
    instruction second;

    friend constexpr bool operator==(wide_instruction const&, wide_instruction const&) noexcept = default;
};

} // namespace bpfxx::insn
