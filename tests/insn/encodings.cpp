// SPDX-License-Identifier: BSL-1.0

#include "abi/facts.hpp"

#include <bpfxx/insn/alu.hpp>
#include <bpfxx/insn/atomic.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/jump.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/mem.hpp>
#include <bpfxx/insn/move.hpp>
#include <bpfxx/insn/packet.hpp>
#include <bpfxx/insn/subprogram.hpp>
#include <bpfxx/insn/swap.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// Every row of insn_encoding.tsv that is an instruction, against the function of the assembler that makes it.
namespace {

using namespace bpfxx::insn;

// Where a row leaves a choice, every instruction here has these.
constexpr reg64 dst = r3;
constexpr reg64 src = r4;
constexpr reg32 dst32 = w3;
constexpr reg32 src32 = w4;
constexpr std::int16_t away = 8;
constexpr std::int32_t value = 7;
constexpr std::int32_t second_value = 24;

constexpr auto type = static_cast<bpfxx::btf::type_id>(value);

/// An instruction, or the first slot of two with the imm of the second.
struct made_by {
    instruction code;
    std::int32_t second_imm = 0;

    constexpr made_by(instruction const& one) : code{one} {}
    constexpr made_by(wide_instruction const& one) : code{one.first}, second_imm{one.second.imm} {
        if (one.second != instruction{0, 0, 0, one.second.imm}) code = {};
    }
};

using encodings = std::map<std::string_view, made_by>;

/// "ADD64_K" and its three kin for one function of the assembler.
#define BOTH_WIDTHS(rows, NAME, function)                                                                              \
    rows.insert({{#NAME "64_K", function(dst, value)},                                                                 \
                 {#NAME "64_X", function(dst, src)},                                                                   \
                 {#NAME "32_K", function(dst32, value)},                                                               \
                 {#NAME "32_X", function(dst32, src32)}})

encodings arithmetic() {
    encodings rows{{"NEG64", neg(dst)}, {"NEG32", neg(dst32)}};
    BOTH_WIDTHS(rows, MOV, mov);
    BOTH_WIDTHS(rows, ADD, add);
    BOTH_WIDTHS(rows, SUB, sub);
    BOTH_WIDTHS(rows, MUL, mul);
    BOTH_WIDTHS(rows, DIV, div);
    BOTH_WIDTHS(rows, MOD, mod);
    BOTH_WIDTHS(rows, SDIV, sdiv);
    BOTH_WIDTHS(rows, SMOD, smod);
    BOTH_WIDTHS(rows, OR, or_);
    BOTH_WIDTHS(rows, AND, and_);
    BOTH_WIDTHS(rows, XOR, xor_);
    BOTH_WIDTHS(rows, LSH, lsh);
    BOTH_WIDTHS(rows, RSH, rsh);
    BOTH_WIDTHS(rows, ARSH, arsh);
    return rows;
}

encodings moves() {
    return {{"MOVSX64_8", mov<std::int8_t>(dst, src)},       {"MOVSX64_16", mov<std::int16_t>(dst, src)},
            {"MOVSX64_32", mov<std::int32_t>(dst, src)},     {"MOVSX32_8", mov<std::int8_t>(dst32, src32)},
            {"MOVSX32_16", mov<std::int16_t>(dst32, src32)}, {"ADDR_SPACE_CAST", arena_to_kernel(dst, src)}};
}

/// "LE16" and its kin for one size.
#define SWAPS(rows, SIZE)                                                                                              \
    rows.insert({{"LE" #SIZE, to_le<std::uint##SIZE##_t>(dst)},                                                        \
                 {"BE" #SIZE, to_be<std::uint##SIZE##_t>(dst)},                                                        \
                 {"BSWAP" #SIZE, bswap<std::uint##SIZE##_t>(dst)}})

encodings swaps() {
    encodings rows;
    SWAPS(rows, 16);
    SWAPS(rows, 32);
    SWAPS(rows, 64);
    return rows;
}

instruction jump_of(condition when) {
    instruction made = jump_if(when, "label").jump;
    made.off = away;
    return made;
}

/// "JEQ_K" and its three kin for one comparison.
#define JUMPS(rows, NAME, comparison)                                                                                  \
    {                                                                                                                  \
        auto const compare = [](auto left, auto right) { return jump_of(comparison); };                                \
        rows.insert({{#NAME "_K", compare(dst, value)},                                                                \
                     {#NAME "_X", compare(dst, src)},                                                                  \
                     {#NAME "32_K", compare(dst32, value)},                                                            \
                     {#NAME "32_X", compare(dst32, src32)}});                                                          \
    }

/// With the distance that a listing would fill in.
instruction with_off(instruction made) {
    made.off = away;
    return made;
}

instruction with_imm(instruction made) {
    made.imm = value;
    return made;
}

encodings jumps() {
    encodings rows{{"JA", with_off(jump("label").jump)},
                   {"JA32", with_imm(gotol("label").jump)},
                   {"MAY_GOTO", with_off(may_goto("label").jump)},
                   {"EXIT", exit()},
                   {"CALL_HELPER", call(static_cast<helper>(value))},
                   {"CALL_SUBPROG", with_imm(call_subprogram("name").code)},
                   {"CALL_KFUNC", call_kfunc(type)}};
    JUMPS(rows, JEQ, left == right)
    JUMPS(rows, JNE, left != right)
    JUMPS(rows, JGT, left > right)
    JUMPS(rows, JGE, left >= right)
    JUMPS(rows, JLT, left < right)
    JUMPS(rows, JLE, left <= right)
    JUMPS(rows, JSGT, sgt(left, right))
    JUMPS(rows, JSGE, sge(left, right))
    JUMPS(rows, JSLT, slt(left, right))
    JUMPS(rows, JSLE, sle(left, right))
    JUMPS(rows, JSET, any_bits(left, right))
    return rows;
}

/// "LDX_W" and its kin for one size.
#define SIZE(rows, NAME, type)                                                                                         \
    rows.insert({{"LDX_" #NAME, load<std::type>(dst, src + away)},                                                     \
                 {"STX_" #NAME, store<std::type>(dst + away, src)},                                                    \
                 {"ST_" #NAME, store<std::type>(dst + away, value)},                                                   \
                 {"LOAD_ACQ_" #NAME, load_acquire<std::type>(dst, src + away)},                                        \
                 {"STORE_REL_" #NAME, store_release<std::type>(dst + away, src)}})

/// The sizes that have fewer bytes than a register.
#define NARROW(rows, NAME, bits)                                                                                       \
    rows.insert({{"LDSX_" #NAME, load<std::int##bits##_t>(dst, src + away)},                                           \
                 {"LD_ABS_" #NAME, load_packet<std::uint##bits##_t>(value)},                                           \
                 {"LD_IND_" #NAME, load_packet<std::uint##bits##_t>(src, value)}})

/// "ATOMIC_ADD_W" and "ATOMIC_ADD_DW" for one operation.
#define ATOMIC(rows, NAME, operation)                                                                                  \
    rows.insert({{"ATOMIC_" #NAME "_W", operation<std::uint32_t>(dst + away, src)},                                    \
                 {"ATOMIC_" #NAME "_DW", operation<std::uint64_t>(dst + away, src)}})

encodings memory() {
    encodings rows;
    SIZE(rows, B, uint8_t);
    SIZE(rows, H, uint16_t);
    SIZE(rows, W, uint32_t);
    SIZE(rows, DW, uint64_t);
    NARROW(rows, B, 8);
    NARROW(rows, H, 16);
    NARROW(rows, W, 32);
    ATOMIC(rows, ADD, atomic_add);
    ATOMIC(rows, OR, atomic_or);
    ATOMIC(rows, AND, atomic_and);
    ATOMIC(rows, XOR, atomic_xor);
    ATOMIC(rows, FETCH_ADD, atomic_fetch_add);
    ATOMIC(rows, FETCH_OR, atomic_fetch_or);
    ATOMIC(rows, FETCH_AND, atomic_fetch_and);
    ATOMIC(rows, FETCH_XOR, atomic_fetch_xor);
    ATOMIC(rows, XCHG, atomic_exchange);
    ATOMIC(rows, CMPXCHG, atomic_compare_exchange);
    return rows;
}

encodings wide_loads() {
    wide_instruction function = load_subprogram(dst, "name").code;
    function.first.imm = value;
    auto const module = bpfxx::fd_ref<bpfxx::kind::btf>::from_raw(second_value);
    return {{"LD_IMM64", load_imm64(dst, std::int64_t{second_value} << 32 | value)},
            {"LD_MAP_FD", load_map(dst, map_slot<value>{}).code},
            {"LD_MAP_VALUE", load_map_value(dst, map_slot<value>{}, second_value).code},
            {"LD_BTF_ID", load_kernel_variable(dst, type, module)},
            {"LD_FUNC", function},
            {"LD_MAP_IDX", load_map_by_index(dst, value)},
            {"LD_MAP_IDX_VALUE", load_map_value_by_index(dst, value, second_value)}};
}

#undef ATOMIC
#undef NARROW
#undef SIZE
#undef SWAPS
#undef JUMPS
#undef BOTH_WIDTHS

/// A cell is a number, perhaps with a remark behind it, or names what the instruction may choose.
std::int64_t expected(std::string const& cell, std::int64_t chosen) {
    bool const is_number = cell[0] >= '0' && cell[0] <= '9';
    return is_number ? static_cast<std::int64_t>(abi::number_of(cell.substr(0, cell.find(' ')))) : chosen;
}

/// What the imm cell says of the second slot; without one, nothing is there.
std::int64_t expected_second(std::string const& cell) {
    std::string const words = "second slot (opcode 0) imm = ";
    auto const at = cell.find(words);
    return at == std::string::npos ? 0 : expected(cell.substr(at + words.size()), second_value);
}

bool has_dst(std::string const& row) {
    return row != "JA" && row != "JA32" && row != "MAY_GOTO" && row != "EXIT" && !row.starts_with("CALL_");
}

int dst_of(std::string const& row) {
    bool const into_r0 = row.starts_with("LD_ABS_") || row.starts_with("LD_IND_");
    return has_dst(row) && !into_r0 ? dst.number() : 0;
}

std::int64_t imm_of(std::string const& row, std::string const& cell) {
    if (row == "ADDR_SPACE_CAST") return 1;
    return expected(cell, value);
}

TEST_CASE("every legal instruction has a function of the assembler, and is encoded as in its row") {
    encodings offered = arithmetic();
    for (encodings part : {moves(), swaps(), jumps(), memory(), wide_loads()}) {
        offered.merge(part);
        CHECK(part.empty()); // no row is offered twice
    }
    std::size_t rows = 0;
    abi::fact_table{"insn_encoding"}.for_each([&](auto cell) {
        if (cell("kind") != "insn") return;
        ++rows;
        auto const found = offered.find(cell("name"));
        CHECK_MESSAGE(found != offered.end(), cell("name"), ": nothing makes this instruction");
        if (found == offered.end()) return;
        instruction const& made = found->second.code;
        CHECK_MESSAGE(made.code == abi::number_of(cell("opcode")), cell("name"), ": opcode ", int{made.code});
        CHECK_MESSAGE(made.dst() == dst_of(cell("name")), cell("name"), ": dst ", int{made.dst()});
        CHECK_MESSAGE(made.src() == expected(cell("src_reg"), src.number()), cell("name"), ": src ", int{made.src()});
        CHECK_MESSAGE(made.off == expected(cell("off"), away), cell("name"), ": off ", made.off);
        CHECK_MESSAGE(made.imm == imm_of(cell("name"), cell("imm")), cell("name"), ": imm ", made.imm);
        CHECK_MESSAGE(found->second.second_imm == expected_second(cell("imm")), cell("name"), ": second imm ",
                      found->second.second_imm);
    });
    CHECK(rows == offered.size());
}

TEST_CASE("the row of address casts has the imm of both ways in its remark") {
    abi::fact_table{"insn_encoding"}.for_each([&](auto cell) {
        if (cell("name") != "ADDR_SPACE_CAST") return;
        CHECK(cell("semantics") == "arena pointers: imm 1 = arena to kernel, 65536 = kernel to arena");
        CHECK(arena_to_kernel(dst, src).imm == 1);
        CHECK(kernel_to_arena(dst, src).imm == 65536);
    });
}

} // namespace
