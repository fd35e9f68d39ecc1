// SPDX-License-Identifier: BSL-1.0

#include "abi/enumerators.hpp"
#include "abi/facts.hpp"

#include <bpfxx/insn/alu.hpp>
#include <bpfxx/insn/call.hpp>
#include <bpfxx/insn/jump.hpp>
#include <bpfxx/insn/map_ref.hpp>
#include <bpfxx/insn/mem.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

// What the assembler makes, against the rows of insn_encoding.tsv.
namespace {

using namespace bpfxx::insn;

// Where a row leaves a choice, every instruction here has these.
constexpr reg64 dst = r3;
constexpr reg64 src = r4;
constexpr reg32 dst32 = w3;
constexpr reg32 src32 = w4;
constexpr std::int16_t away = 8;
constexpr std::int32_t value = 7;

using encodings = std::map<std::string_view, instruction>;

/// "ADD64_K" and its three kin for one function of the assembler.
#define BOTH_WIDTHS(rows, NAME, function)                                                                              \
    rows.insert({{#NAME "64_K", function(dst, value)},                                                                 \
                 {#NAME "64_X", function(dst, src)},                                                                   \
                 {#NAME "32_K", function(dst32, value)},                                                               \
                 {#NAME "32_X", function(dst32, src32)}})

encodings arithmetic() {
    encodings rows{{"NEG64", neg(dst)}, {"NEG32", neg(dst32)}, {"LD_IMM64", load_imm64(dst, value).first}};
    BOTH_WIDTHS(rows, MOV, mov);
    BOTH_WIDTHS(rows, ADD, add);
    BOTH_WIDTHS(rows, SUB, sub);
    BOTH_WIDTHS(rows, MUL, mul);
    BOTH_WIDTHS(rows, DIV, div);
    BOTH_WIDTHS(rows, MOD, mod);
    BOTH_WIDTHS(rows, OR, or_);
    BOTH_WIDTHS(rows, AND, and_);
    BOTH_WIDTHS(rows, XOR, xor_);
    BOTH_WIDTHS(rows, LSH, lsh);
    BOTH_WIDTHS(rows, RSH, rsh);
    BOTH_WIDTHS(rows, ARSH, arsh);
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

encodings jumps() {
    instruction always = jump("label").jump;
    always.off = away;
    encodings rows{{"JA", always}, {"EXIT", exit()}, {"CALL_HELPER", call(static_cast<helper>(value))}};
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
                 {"ST_" #NAME, store<std::type>(dst + away, value)}})

encodings memory() {
    encodings rows{{"ATOMIC_ADD_W", atomic_add<std::uint32_t>(dst + away, src)},
                   {"ATOMIC_ADD_DW", atomic_add<std::uint64_t>(dst + away, src)},
                   {"LD_MAP_FD", load_map(dst, map_slot<value>{}).code.first},
                   {"LD_MAP_VALUE", load_map_value(dst, map_slot<value>{}, 0).code.first}};
    SIZE(rows, B, uint8_t);
    SIZE(rows, H, uint16_t);
    SIZE(rows, W, uint32_t);
    SIZE(rows, DW, uint64_t);
    return rows;
}

#undef SIZE
#undef JUMPS
#undef BOTH_WIDTHS

/// A cell is a number, perhaps with a remark behind it, or names what the instruction may choose.
std::int64_t expected(std::string const& cell, std::int64_t chosen) {
    bool const is_number = cell[0] >= '0' && cell[0] <= '9';
    return is_number ? static_cast<std::int64_t>(abi::number_of(cell.substr(0, cell.find(' ')))) : chosen;
}

TEST_CASE("every instruction that the assembler makes is encoded as in its row") {
    encodings offered = arithmetic();
    offered.merge(jumps());
    offered.merge(memory());
    std::size_t rows = 0;
    std::size_t compared = 0;
    abi::fact_table{"insn_encoding"}.for_each([&](auto cell) {
        if (cell("kind") != "insn") return;
        ++rows;
        auto const found = offered.find(cell("name"));
        if (found == offered.end()) return;
        ++compared;
        instruction const& made = found->second;
        CHECK_MESSAGE(made.code == abi::number_of(cell("opcode")), cell("name"), ": opcode ", int{made.code});
        CHECK_MESSAGE(made.src() == expected(cell("src_reg"), src.number()), cell("name"), ": src ", int{made.src()});
        CHECK_MESSAGE(made.off == expected(cell("off"), away), cell("name"), ": off ", made.off);
        CHECK_MESSAGE(made.imm == expected(cell("imm"), value), cell("name"), ": imm ", made.imm);
        bool const has_dst = cell("name") != "JA" && cell("name") != "EXIT" && cell("name") != "CALL_HELPER";
        CHECK_MESSAGE(made.dst() == (has_dst ? dst.number() : 0), cell("name"), ": dst ", int{made.dst()});
    });
    CHECK(compared == offered.size());
    std::printf("abi: %zu of %zu encodings compared with what the assembler makes\n", compared, rows);
}

TEST_CASE("every atomic operation has the imm of its row") {
    std::map<std::string, std::uint64_t> rows;
    abi::fact_table{"insn_encoding"}.for_each([&](auto cell) {
        if (cell("opcode") == "0xdb") rows[cell("name")] = abi::number_of(cell("imm"));
    });
    CHECK(rows.size() == abi::enumerators<atomic_op>().size());
    for (abi::enumerator const& one : abi::enumerators<atomic_op>()) {
        std::string row;
        for (char const c : one.name.substr(0, one.name.find_last_not_of('_') + 1))
            row += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
        bool const orders = row == "LOAD_ACQ" || row == "STORE_REL";
        row = (orders ? "" : "ATOMIC_") + row + "_DW";
        REQUIRE_MESSAGE(rows.contains(row), std::string{one.name});
        CHECK_MESSAGE(rows[row] == one.value, std::string{one.name}, " is ", one.value, ", ", row, " is ", rows[row]);
    }
}

} // namespace
