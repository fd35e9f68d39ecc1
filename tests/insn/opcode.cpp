// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/opcode.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace {

using namespace bpfxx::insn;

static_assert(std::is_trivially_copyable_v<instruction> && std::is_standard_layout_v<instruction>);
static_assert(std::has_unique_object_representations_v<instruction>);
static_assert(sizeof(wide_instruction) == 16 && std::is_trivially_copyable_v<wide_instruction>);

template <class... Enumerator>
constexpr bool values(std::array<int, sizeof...(Enumerator)> want, Enumerator... enumerators) {
    std::array<int, sizeof...(Enumerator)> const got{static_cast<int>(enumerators)...};
    return got == want;
}

using group = opcode_class;
static_assert(values({0, 1, 2, 3, 4, 5, 6, 7}, group::ld, group::ldx, group::st, group::stx, group::alu, group::jmp,
                     group::jmp32, group::alu64));
static_assert(values({0x00, 0x08, 0x10, 0x18}, memory_size::w, memory_size::h, memory_size::b, memory_size::dw));
static_assert(values({0x00, 0x20, 0x40, 0x60, 0x80, 0xc0}, memory_mode::imm, memory_mode::abs, memory_mode::ind,
                     memory_mode::mem, memory_mode::memsx, memory_mode::atomic));
static_assert(values({0x00, 0x08}, operand_source::k, operand_source::x));
static_assert(values({0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60}, alu_op::add, alu_op::sub, alu_op::mul, alu_op::div,
                     alu_op::or_, alu_op::and_, alu_op::lsh));
static_assert(values({0x70, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0}, alu_op::rsh, alu_op::neg, alu_op::mod, alu_op::xor_,
                     alu_op::mov, alu_op::arsh, alu_op::end));
static_assert(values({0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70}, jump_op::ja, jump_op::jeq, jump_op::jgt,
                     jump_op::jge, jump_op::jset, jump_op::jne, jump_op::jsgt, jump_op::jsge));
static_assert(values({0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0}, jump_op::call, jump_op::exit, jump_op::jlt,
                     jump_op::jle, jump_op::jslt, jump_op::jsle, jump_op::jcond));
static_assert(values({0x00, 0x40, 0x50, 0xa0, 0x01, 0x41}, atomic_op::add, atomic_op::or_, atomic_op::and_,
                     atomic_op::xor_, atomic_op::fetch_add, atomic_op::fetch_or));
static_assert(values({0x51, 0xa1, 0xe1, 0xf1, 0x100, 0x110}, atomic_op::fetch_and, atomic_op::fetch_xor,
                     atomic_op::xchg, atomic_op::cmpxchg, atomic_op::load_acq, atomic_op::store_rel));
static_assert(values({0, 1, 2, 3, 4, 5, 6}, pseudo_load::constant, pseudo_load::map_fd, pseudo_load::map_value,
                     pseudo_load::btf_id, pseudo_load::func, pseudo_load::map_idx, pseudo_load::map_idx_value));
static_assert(values({0, 1, 2}, pseudo_call::helper, pseudo_call::subprogram, pseudo_call::kfunc));

// One opcode of each composition: ADD64_X, JSLE32_X, STX_H, ATOMIC_DW, LD_IMM64.
static_assert(opcode(opcode_class::alu64, alu_op::add, operand_source::x) == 0x0f);
static_assert(opcode(opcode_class::jmp32, jump_op::jsle, operand_source::x) == 0xde);
static_assert(opcode(opcode_class::stx, memory_size::h, memory_mode::mem) == 0x6b);
static_assert(opcode(opcode_class::stx, memory_size::dw, memory_mode::atomic) == 0xdb);
static_assert(wide_opcode == 0x18);

TEST_CASE("the bytes of an instruction stand where the kernel reads them") {
    instruction const one{0x7b, instruction::pack(10, 3), -8, 0x12345678};
    auto const bytes = std::bit_cast<std::array<std::uint8_t, 8>>(one);
    CHECK(bytes[0] == 0x7b);
    if (std::endian::native == std::endian::little) {
        CHECK(bytes == std::array<std::uint8_t, 8>{0x7b, 0x3a, 0xf8, 0xff, 0x78, 0x56, 0x34, 0x12});
    } else {
        CHECK(bytes == std::array<std::uint8_t, 8>{0x7b, 0xa3, 0xff, 0xf8, 0x12, 0x34, 0x56, 0x78});
    }
}

TEST_CASE("both registers can be read back") {
    instruction const one{0, instruction::pack(10, 3), 0, 0};
    CHECK(one.dst() == 10);
    CHECK(one.src() == 3);
}

TEST_CASE("instructions compare field by field") {
    instruction const one{1, 2, 3, 4};
    CHECK(one == instruction{1, 2, 3, 4});
    CHECK(one != instruction{9, 2, 3, 4});
    CHECK(one != instruction{1, 9, 3, 4});
    CHECK(one != instruction{1, 2, 9, 4});
    CHECK(one != instruction{1, 2, 3, 9});
}

} // namespace
