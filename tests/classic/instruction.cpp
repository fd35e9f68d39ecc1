// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/instruction.hpp>

#include <doctest/doctest.h>

#include <linux/filter.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace {

using namespace bpfxx::classic;

// One instruction is the kernel's.
static_assert(sizeof(instruction) == sizeof(::sock_filter) && alignof(instruction) == alignof(::sock_filter));
static_assert(offsetof(instruction, code) == offsetof(::sock_filter, code));
static_assert(offsetof(instruction, jt) == offsetof(::sock_filter, jt));
static_assert(offsetof(instruction, jf) == offsetof(::sock_filter, jf));
static_assert(offsetof(instruction, k) == offsetof(::sock_filter, k));
static_assert(std::is_trivially_copyable_v<instruction> && std::has_unique_object_representations_v<instruction>);

constexpr bool is(opcode what, int code) { return int(what) == code; }

static_assert(is(opcode::ld_imm, BPF_LD | BPF_IMM));
static_assert(is(opcode::ld_w_abs, BPF_LD | BPF_W | BPF_ABS));
static_assert(is(opcode::ld_h_abs, BPF_LD | BPF_H | BPF_ABS));
static_assert(is(opcode::ld_b_abs, BPF_LD | BPF_B | BPF_ABS));
static_assert(is(opcode::ld_w_ind, BPF_LD | BPF_W | BPF_IND));
static_assert(is(opcode::ld_h_ind, BPF_LD | BPF_H | BPF_IND));
static_assert(is(opcode::ld_b_ind, BPF_LD | BPF_B | BPF_IND));
static_assert(is(opcode::ld_mem, BPF_LD | BPF_MEM));
static_assert(is(opcode::ld_len, BPF_LD | BPF_W | BPF_LEN));
static_assert(is(opcode::ldx_imm, BPF_LDX | BPF_IMM));
static_assert(is(opcode::ldx_mem, BPF_LDX | BPF_MEM));
static_assert(is(opcode::ldx_len, BPF_LDX | BPF_W | BPF_LEN));
static_assert(is(opcode::ldx_b_msh, BPF_LDX | BPF_B | BPF_MSH));
static_assert(is(opcode::st, BPF_ST) && is(opcode::stx, BPF_STX));
static_assert(is(opcode::add_k, BPF_ALU | BPF_ADD | BPF_K) && is(opcode::add_x, BPF_ALU | BPF_ADD | BPF_X));
static_assert(is(opcode::sub_k, BPF_ALU | BPF_SUB | BPF_K) && is(opcode::sub_x, BPF_ALU | BPF_SUB | BPF_X));
static_assert(is(opcode::mul_k, BPF_ALU | BPF_MUL | BPF_K) && is(opcode::mul_x, BPF_ALU | BPF_MUL | BPF_X));
static_assert(is(opcode::div_k, BPF_ALU | BPF_DIV | BPF_K) && is(opcode::div_x, BPF_ALU | BPF_DIV | BPF_X));
static_assert(is(opcode::or_k, BPF_ALU | BPF_OR | BPF_K) && is(opcode::or_x, BPF_ALU | BPF_OR | BPF_X));
static_assert(is(opcode::and_k, BPF_ALU | BPF_AND | BPF_K) && is(opcode::and_x, BPF_ALU | BPF_AND | BPF_X));
static_assert(is(opcode::lsh_k, BPF_ALU | BPF_LSH | BPF_K) && is(opcode::lsh_x, BPF_ALU | BPF_LSH | BPF_X));
static_assert(is(opcode::rsh_k, BPF_ALU | BPF_RSH | BPF_K) && is(opcode::rsh_x, BPF_ALU | BPF_RSH | BPF_X));
static_assert(is(opcode::mod_k, BPF_ALU | BPF_MOD | BPF_K) && is(opcode::mod_x, BPF_ALU | BPF_MOD | BPF_X));
static_assert(is(opcode::xor_k, BPF_ALU | BPF_XOR | BPF_K) && is(opcode::xor_x, BPF_ALU | BPF_XOR | BPF_X));
static_assert(is(opcode::neg, BPF_ALU | BPF_NEG));
static_assert(is(opcode::ja, BPF_JMP | BPF_JA));
static_assert(is(opcode::jeq_k, BPF_JMP | BPF_JEQ | BPF_K) && is(opcode::jeq_x, BPF_JMP | BPF_JEQ | BPF_X));
static_assert(is(opcode::jgt_k, BPF_JMP | BPF_JGT | BPF_K) && is(opcode::jgt_x, BPF_JMP | BPF_JGT | BPF_X));
static_assert(is(opcode::jge_k, BPF_JMP | BPF_JGE | BPF_K) && is(opcode::jge_x, BPF_JMP | BPF_JGE | BPF_X));
static_assert(is(opcode::jset_k, BPF_JMP | BPF_JSET | BPF_K) && is(opcode::jset_x, BPF_JMP | BPF_JSET | BPF_X));
static_assert(is(opcode::ret_k, BPF_RET | BPF_K) && is(opcode::ret_a, BPF_RET | BPF_A));
static_assert(is(opcode::tax, BPF_MISC | BPF_TAX) && is(opcode::txa, BPF_MISC | BPF_TXA));

static_assert(most_instructions == BPF_MAXINSNS && scratch_cells == BPF_MEMWORDS);
static_assert(ancillary_base == static_cast<std::uint32_t>(SKF_AD_OFF));

constexpr bool is(ancillary what, int offset) { return int(what) == offset; }

static_assert(is(ancillary::protocol, SKF_AD_PROTOCOL) && is(ancillary::pkttype, SKF_AD_PKTTYPE));
static_assert(is(ancillary::ifindex, SKF_AD_IFINDEX) && is(ancillary::nlattr, SKF_AD_NLATTR));
static_assert(is(ancillary::nlattr_nest, SKF_AD_NLATTR_NEST) && is(ancillary::mark, SKF_AD_MARK));
static_assert(is(ancillary::queue, SKF_AD_QUEUE) && is(ancillary::hatype, SKF_AD_HATYPE));
static_assert(is(ancillary::rxhash, SKF_AD_RXHASH) && is(ancillary::cpu, SKF_AD_CPU));
static_assert(is(ancillary::alu_xor_x, SKF_AD_ALU_XOR_X) && is(ancillary::vlan_tag, SKF_AD_VLAN_TAG));
static_assert(is(ancillary::vlan_tag_present, SKF_AD_VLAN_TAG_PRESENT));
static_assert(is(ancillary::payload_offset, SKF_AD_PAY_OFFSET) && is(ancillary::random, SKF_AD_RANDOM));
static_assert(is(ancillary::vlan_tpid, SKF_AD_VLAN_TPID) && SKF_AD_VLAN_TPID + 4 == SKF_AD_MAX);

// The registers are no numbers and do not stand for each other.
static_assert(!std::convertible_to<accumulator, index_register> && !std::convertible_to<index_register, accumulator>);
static_assert(!std::convertible_to<int, accumulator> && !std::convertible_to<accumulator, operand>);
static_assert(!std::convertible_to<double, operand> && !std::convertible_to<double, constant>);

enum class small : std::uint8_t { most = 255 };
enum class negative : std::int64_t { one = -1 };

static_assert(constant{0}.bits() == 0 && constant{-1}.bits() == 0xffff'ffff && constant{true}.bits() == 1);
static_assert(constant{-0x8000'0000LL}.bits() == 0x8000'0000 && constant{0xffff'ffffULL}.bits() == 0xffff'ffff);
static_assert(constant{small::most}.bits() == 255 && constant{negative::one}.bits() == 0xffff'ffff);
static_assert(operand{x}.is_x() && operand{x}.k() == 0);
static_assert(!operand{7}.is_x() && operand{7}.k() == 7 && operand{-7}.k() == 0xffff'fff9);

TEST_CASE("an instruction is the kernel's, byte for byte") {
    CHECK(std::bit_cast<std::uint64_t>(instruction{0x1234, 0x56, 0x78, 0x9abcdef0}) ==
          std::bit_cast<std::uint64_t>(::sock_filter{0x1234, 0x56, 0x78, 0x9abcdef0}));
    CHECK(instruction{1, 2, 3, 4} == instruction{1, 2, 3, 4});
    CHECK(instruction{1, 2, 3, 4} != instruction{1, 2, 3, 5});
}

} // namespace
