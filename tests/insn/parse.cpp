// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/parse.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/scan.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "abi/facts.hpp"
#include "random_slots.hpp"
#include "reading.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::read;
using tests::insn::read_back;
using tests::insn::slot;
using tests::insn::slots;

constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();

constexpr bool is(std::string_view line, instruction const& want) {
    auto const result = parse(line);
    return result && result.instructions().size() == 1 && result.instructions()[0] == want;
}

constexpr bool is(std::string_view line, wide_instruction const& want) {
    auto const result = parse(line);
    return result && result.instructions().size() == 2 && result.instructions()[0] == want.first &&
           result.instructions()[1] == want.second;
}

constexpr bool is_wrong(std::string_view line, std::size_t position, std::string_view sentence) {
    auto const result = parse(line);
    return !result && result.instructions().empty() && result.problem().position == position &&
           result.problem().sentence == sentence;
}

static_assert(is("r0 = 0", mov(r0, 0)));
static_assert(is("if r1 s>= -0x5 goto +0x3", slot(0x75, 1, 0, 3, -5)));
static_assert(is("w2 = atomic_fetch_add((u32 *)(r1 - 0x3), w2)", slot(0xc3, 1, 2, -3, 1)));
static_assert(is("r1 = 0x1122334455667788 ll", load_imm64(r1, 0x1122334455667788)));
static_assert(is("call bpf_map_lookup_elem", call(helper::map_lookup_elem)));
static_assert(is("r1 = *(u32 *)(r6 + 0x4)", load<std::uint32_t>(r1, r6 + 4)));
static_assert(is(".insn code=0x8d dst=0x1 src=0x2 off=-0x3 imm=-0x4 # why", slot(0x8d, 1, 2, -3, -4)));
static_assert(is_wrong("r12 = 0", 1, "there is no such register: BPF has r0 to r10"));

// Assembled, written and read again while compiling.
constexpr auto program = assemble(load_imm64(r6, -2), jump_if(r1 == 0, "end"), call(helper::ktime_get_ns),
                                  store<std::uint64_t>(r10 - 8, r0), label("end"), mov(r0, 0), exit());

constexpr bool comes_back(std::span<instruction const> code) {
    std::size_t next = 0;
    for (auto const& [at, text] : disassembly(code)) {
        auto const result = parse(text.view());
        if (at != next) return false;
        for (instruction const& one : result.instructions())
            if (next == code.size() || code[next++] != one) return false;
    }
    return next == code.size();
}
static_assert(comes_back(program));

struct spelled {
    std::string_view line;
    instruction want;
};

// clang-format off: one line per spelling
constexpr spelled spellings[] = {
    // Blanks wherever they do not cut a word.
    {"exit", slot(0x95, 0, 0, 0, 0)},
    {"  exit\t ", slot(0x95, 0, 0, 0, 0)},
    {"r1=5", slot(0xb7, 1, 0, 0, 5)},
    {"\tr1\t=\t5", slot(0xb7, 1, 0, 0, 5)},
    {"r1+=r2", slot(0x0f, 1, 2, 0, 0)},
    {"r1 s>>=3", slot(0xc7, 1, 0, 0, 3)},
    {"r1 =-r1", slot(0x87, 1, 0, 0, 0)},
    {"r1 = - r1", slot(0x87, 1, 0, 0, 0)},
    {"r1=*(u32*)(r2+4)", slot(0x61, 1, 2, 4, 0)},
    {"r1 = * ( u32 * ) ( r2 - 4 )", slot(0x61, 1, 2, -4, 0)},
    {"*(u8*)(r10-1)=255", slot(0x72, 10, 0, -1, 255)},
    {"if r1==5 goto+3", slot(0x15, 1, 0, 3, 5)},
    {"if r1 s<=r2 goto -3", slot(0xdd, 1, 2, -3, 0)},
    {"lock*(u64*)(r1+0)+=r2", slot(0xdb, 1, 2, 0, 0)},
    {"r0=*(u16*)skb[r7+14]", slot(0x48, 0, 7, 0, 14)},
    {"store_release ( ( u8 * ) ( r1 + 0 ) , w2 )", slot(0xd3, 1, 2, 0, 0x110)},
    {"r1=addr_space_cast(r2,0,1)", slot(0xbf, 1, 2, 1, 1)},
    {"call pc +5", slot(0x85, 0, 1, 0, 5)},
    {".insn code = 0xff dst = 1 src = 2 off = 3 imm = 4", slot(0xff, 1, 2, 3, 4)},
    // Numbers.
    {"r1 = 0xAbCdEf", slot(0xb7, 1, 0, 0, 0xabcdef)},
    {"r1 = 0X10", slot(0xb7, 1, 0, 0, 16)},
    {"r1 = 0x00000000000000000000000005", slot(0xb7, 1, 0, 0, 5)},
    {"r1 = 0", slot(0xb7, 1, 0, 0, 0)},
    {"r1 = -0", slot(0xb7, 1, 0, 0, 0)},
    {"r1 = +5", slot(0xb7, 1, 0, 0, 5)},
    {"r1 = - 5", slot(0xb7, 1, 0, 0, -5)},
    {"r1 = -2147483648", slot(0xb7, 1, 0, 0, least)},
    {"r1 = 2147483647", slot(0xb7, 1, 0, 0, 0x7fff'ffff)},
    {"w1 = 4294967295", slot(0xb4, 1, 0, 0, -1)},
    {"w1 = -2147483648", slot(0xb4, 1, 0, 0, least)},
    {"w1 s/= 0xffffffff", slot(0x34, 1, 0, 1, -1)},
    {"if w1 < 0xffffffff goto +1", slot(0xa6, 1, 0, 1, -1)},
    {"*(u32 *)(r1 + 0x7fff) = 0xffffffff", slot(0x62, 1, 0, 0x7fff, -1)},
    {"*(u32 *)(r1 - 0x8000) = -0x80000000", slot(0x62, 1, 0, -0x8000, least)},
    {"*(u64 *)(r1 + 0) = 2147483647", slot(0x7a, 1, 0, 0, 0x7fff'ffff)},
    {"r0 = *(u32 *)skb[0xffffffff]", slot(0x20, 0, 0, 0, -1)},
    {"goto 3", slot(0x05, 0, 0, 3, 0)},
    {"goto -32768", slot(0x05, 0, 0, -0x8000, 0)},
    {"gotol +0x7fffffff", slot(0x06, 0, 0, 0, 0x7fff'ffff)},
    {"call -2147483648", slot(0x85, 0, 0, 0, least)},
    {"r1 = addr_space_cast(r2, 0xffff, 65535)", slot(0xbf, 1, 2, 1, -1)},
    {".insn code=255 dst=15 src=15 off=-32768 imm=-2147483648", slot(0xff, 15, 15, -0x8000, least)},
    // Registers that are read with 32 bits, in either spelling.
    {"w1 = *(u8 *)(r2 + 0)", slot(0x71, 1, 2, 0, 0)},
    {"*(u16 *)(r1 + 0) = w2", slot(0x6b, 1, 2, 0, 0)},
    {"lock *(u32 *)(r1 + 0) += w2", slot(0xc3, 1, 2, 0, 0)},
    {"lock *(u32 *)(r1 + 0) += r2", slot(0xc3, 1, 2, 0, 0)},
    {"r11 = r0", slot(0xbf, 11, 0, 0, 0)},
    // Names.
    {"call bpf_cgrp_storage_delete", slot(0x85, 0, 0, 0, 211)},
    {"call kfunc 5 in btf 3", slot(0x85, 0, 2, 3, 5)},
    // Comments.
    {"exit # the end", slot(0x95, 0, 0, 0, 0)},
    {"exit#", slot(0x95, 0, 0, 0, 0)},
    {"r1 = 5# r2 = 6", slot(0xb7, 1, 0, 0, 5)},
};

struct spelled_wide {
    std::string_view line;
    std::int64_t src, low, high;
};

constexpr spelled_wide wide_spellings[] = {
    {"r1 = 5 ll", 0, 5, 0},
    {"r1=0xffffffffffffffff  ll", 0, -1, -1},
    {"r1 = 18446744073709551615 ll", 0, -1, -1},
    {"r1 = -1 ll", 0, -1, -1},
    {"r1 = -0x8000000000000000 ll", 0, 0, least},
    {"r1 = -0x100000000 ll", 0, 0, -1},
    {"ld_pseudo r1, 1, 5", 1, 5, 0},
    {"ld_pseudo r1,2,-1,0xffffffff", 2, -1, -1},
    {"ld_pseudo\tr1, 0, 5", 0, 5, 0},
    {"r1 = map_by_fd(5)", 1, 5, 0},
    {"r1 = map_val(map_by_fd(5)) + 0", 2, 5, 0},
    {"r1 = map_val(map_by_fd(5))+0xffffffff", 2, 5, -1},
    {"r1 = var_addr(0x5)", 3, 5, 0},
    {"r1 = var_addr(5 in btf 9)", 3, 5, 9},
    {"r1 = code_addr(pc - 5)", 4, -5, 0},
    {"r1 = map_by_idx(5)", 5, 5, 0},
    {"r1 = map_val(map_by_idx(5)) - 1", 6, 5, -1},
};

struct wrong {
    std::string_view line;
    std::size_t position;
    std::string_view sentence;
};

constexpr std::string_view no_such = "no instruction goes on like this";
constexpr std::string_view too_short = "the line ends before an instruction does";
constexpr std::string_view no_register = "there is no such register: BPF has r0 to r10";
constexpr std::string_view not_16 = "number does not fit the signed 16-bit off field";
constexpr std::string_view not_signed_32 =
    "number does not fit signed 32 bits: a register takes 64 bits by r1 = 0x5 ll";
constexpr std::string_view not_32 = "number does not fit 32 bits";
constexpr std::string_view not_64 = "number does not fit 64 bits";
constexpr std::string_view leading_zero = "a decimal number has no leading 0: 0x begins a hexadecimal one";
constexpr std::string_view not_the_same = "this must be the same register as before";
constexpr std::string_view not_wide = "8 bytes need a 64-bit register: name it r0 to r10";

constexpr wrong mistakes[] = {
    {"", 0, too_short},
    {"  ", 2, too_short},
    {"# nothing", 0, no_such},
    {"r", 1, too_short},
    {"r1", 2, too_short},
    {"r1 +=", 5, too_short},
    {"r1 = *(u32 *)(r2", 16, too_short},
    {"r1 = 0x", 5, no_such},
    {"r1 = 0x5 l", 9, no_such},
    {"r1 = 5x", 5, no_such},
    {"r1 = 5 6", 7, no_such},
    {"r1 = 5, 6", 6, no_such},
    {"r1 == 5", 4, no_such},
    {"r1 + = 5", 3, no_such},
    {"r1 s >>= 5", 3, no_such},
    {"r1 >>>= 5", 3, no_such},
    {"r1 = r2 r3", 8, no_such},
    {"r1 = w2", 5, no_such},
    {"w1 += r2", 6, no_such},
    {"w1 = be16 w1", 5, no_such},
    {"w1 = (s32)w2", 6, no_such},
    {"R1 = 5", 0, no_such},
    {"r-1 = 5", 1, no_such},
    {"r1a = 5", 1, no_such},
    {"exits", 0, no_such},
    {"exit 5", 5, no_such},
    {"ifr1 == 5 goto +3", 0, no_such},
    {"if r1 == 5 goto", 15, too_short},
    {"if r1 == 5 gotol +3", 11, no_such},
    {"if r1 = 5 goto +3", 6, no_such},
    {"goto+ +3", 6, no_such},
    {"goto label", 5, no_such},
    {"r1 = *(u32 *)(r2)", 16, no_such},
    {"r1 = *(u32 *)(r2 4)", 17, no_such},
    {"r1 = *(u24 *)(r2 + 4)", 7, no_such},
    {"r1 = *(u32 *)(w2 + 4)", 14, no_such},
    {"w1 = *(s32 *)(r2 + 4)", 7, no_such},
    {"r1 = *(s64 *)(r2 + 4)", 7, no_such},
    {"r0 = *(u64 *)skb[4]", 13, no_such},
    {"r1 = *(u32 *)skb[4]", 13, no_such},
    {"lock *(u16 *)(r1 + 0) += r2", 7, no_such},
    {"lock *(u64 *)(r1 + 0) |= w2", 25, no_such},
    {"lock *(u64 *)(r1 + 0) -= r2", 22, no_such},
    {"call", 4, too_short},
    {"call map_lookup_elem", 5, no_such},
    {"call pc5", 5, no_such},
    {"ld_pseudo r1, 1", 15, too_short},
    {"r1 = map_val(map_by_fd(5))", 26, too_short},
    {".insn code=0xff dst=1 src=2 off=3", 33, too_short},
    {".insn 0xff", 6, no_such},
    {"r1 = map_val(map_by_fd(5)) 7", 27, no_such},
    {"r0 = *(u32 *)skb[r1 4]", 20, no_such},
    {"r12 = 5", 1, no_register},
    {"r99 = 5", 1, no_register},
    {"r01 = 5", 1, no_register},
    {"r1 = r15", 6, no_register},
    {"r111 = 5", 1, no_such},
    {"r1 = 0x80000000", 5, not_signed_32},
    {"r1 = -0x80000001", 5, not_signed_32},
    {"r1 = 0x100000000", 5, not_signed_32},
    {"if r1 == 0xffffffff goto +3", 9, not_signed_32},
    {"*(u64 *)(r1 + 0) = 0xffffffff", 19, not_signed_32},
    {"call 0xffffffff", 5, not_signed_32},
    {"gotol 0x80000000", 6, not_signed_32},
    {"w1 = 0x100000000", 5, not_32},
    {"w1 = -0x80000001", 5, not_32},
    {"*(u8 *)(r1 + 0) = 0x100000000", 18, not_32},
    {"r1 = 0x10000000000000000 ll", 5, not_64},
    {"r1 = 18446744073709551616 ll", 5, not_64},
    {"r1 = -0x8000000000000001 ll", 5, not_64},
    {"r1 = 99999999999999999999999999", 5, not_64},
    {"goto +32768", 5, not_16},
    {"goto -32769", 5, not_16},
    {"if w1 == 5 goto +0x8000", 16, not_16},
    {"r1 = *(u32 *)(r2 + 0x8000)", 17, not_16},
    {"r1 = *(u32 *)(r2 - 0x8001)", 17, not_16},
    {"r1 = 010", 5, leading_zero},
    {"goto +00", 6, leading_zero},
    {"r1 = addr_space_cast(r2, 65536, 0)", 25, "this number must be 0 to 65535"},
    {"r1 = addr_space_cast(r2, 0, -1)", 28, "this number must be 0 to 65535"},
    {".insn code=256 dst=0 src=0 off=0 imm=0", 11, "this number must be 0 to 255"},
    {".insn code=0 dst=16 src=0 off=0 imm=0", 17, "this number must be 0 to 15"},
    {"ld_pseudo r1, 16, 5", 14, "this number must be 0 to 15"},
    {"r1 = -r2", 6, not_the_same},
    {"r1 = be16 r2", 10, not_the_same},
    {"r2 = xchg_64(r1 + 0, r3)", 21, not_the_same},
    {"w2 = atomic_fetch_or((u32 *)(r1 + 0), w3)", 38, not_the_same},
    {"w1 = *(u64 *)(r2 + 0)", 0, not_wide},
    {"*(u64 *)(r2 + 0) = w1", 19, not_wide},
    {"call bpf_map_lookup", 5, "no helper has this name"},
    {"call bpf_", 5, "no helper has this name"},
    {"exit # two\nexit", 10, "one instruction is one line"},
    {"exit\nexit", 4, no_such},
};
// clang-format on

TEST_CASE("blanks, numbers and spellings are free where that changes nothing") {
    for (spelled const& one : spellings) {
        CAPTURE(std::string{one.line});
        CHECK(is(one.line, one.want));
    }
    for (spelled_wide const& one : wide_spellings) {
        CAPTURE(std::string{one.line});
        CHECK(is(one.line, {slot(0x18, 1, static_cast<int>(one.src), 0, one.low), slot(0, 0, 0, 0, one.high)}));
    }
}

TEST_CASE("two slots of anything are read back") {
    CHECK(is(".insn code=0x18 dst=1 src=0 off=7 imm=5, code=0x95 dst=1 src=2 off=-3 imm=-4",
             {slot(0x18, 1, 0, 7, 5), slot(0x95, 1, 2, -3, -4)}));
}

TEST_CASE("a mistake is named, with its place") {
    for (wrong const& one : mistakes) {
        CAPTURE(std::string{one.line});
        auto const result = parse(one.line);
        CHECK_FALSE(result);
        CHECK(result.instructions().empty());
        CHECK(result.problem().position == one.position);
        CHECK(std::string{result.problem().sentence} == std::string{one.sentence});
    }
}

TEST_CASE("where there is an instruction there is no problem") {
    auto const result = parse("exit");
    CHECK(result.problem().sentence.empty());
    CHECK(result.problem().position == 0);
}

/// Values for a cell of the encoding table: what it says, or many where it leaves them open.
std::vector<std::int64_t> values_of(std::string const& cell, std::vector<std::int64_t> const& open) {
    bool const number = cell[0] == '-' || (cell[0] >= '0' && cell[0] <= '9');
    if (!number) return open;
    return {static_cast<std::int64_t>(abi::number_of(cell))};
}

std::string replaced(std::string text, std::string_view what, std::string const& with) {
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

/// The `asm` column with operands in it, as far as that column is LLVM's syntax.
std::string as_text(std::string text, instruction const& one) {
    text = replaced(text, "(rD + OFF)", "(rD " + std::string{one.off < 0 ? "-" : "+"} + " MAGNITUDE)");
    text = replaced(text, "(rS + OFF)", "(rS " + std::string{one.off < 0 ? "-" : "+"} + " MAGNITUDE)");
    text = replaced(text, "MAGNITUDE", std::to_string(one.off < 0 ? -one.off : one.off));
    text = replaced(text, "+OFF", std::to_string(one.off));
    text = replaced(text, "[rS + IMM]", one.imm < 0 ? "[rS - MAGNITUDE]" : "[rS + MAGNITUDE]");
    text = replaced(text, "MAGNITUDE", std::to_string(one.imm < 0 ? -std::int64_t{one.imm} : one.imm));
    text = replaced(text, "pc+IMM", "pc " + std::to_string(one.imm));
    text = replaced(text, "+IMM", std::to_string(one.imm));
    for (auto const* name : {"IMM", "ID"}) text = replaced(text, name, std::to_string(one.imm));
    for (auto const* width : {"r", "w"}) {
        text = replaced(text, width + std::string{"D"}, width + std::to_string(one.dst()));
        text = replaced(text, width + std::string{"S"}, width + std::to_string(one.src()));
    }
    return text;
}

/// What the column writes in words of its own.
bool in_other_words(std::string const& name) {
    for (auto const* part : {"XCHG", "LOAD_ACQ", "STORE_REL", "CALL_KFUNC", "ADDR_SPACE_CAST"})
        if (name.find(part) != name.npos) return true;
    return name.starts_with("ATOMIC_") && name.ends_with("_W") && name != "ATOMIC_ADD_W";
}

/// Every combination of operands that a row allows.
template <class Visit>
std::size_t for_each_slot(auto cell, Visit visit) {
    std::string const& row = cell("asm");
    bool const has_dst = row.find("rD") != row.npos || row.find("wD") != row.npos;
    auto const code = static_cast<int>(abi::number_of(cell("opcode")));
    bool const imm_is_open = cell("imm").find("src_as") != std::string::npos;
    std::size_t count = 0;
    for (int const dst : has_dst ? std::vector<int>{0, 1, 9, 10, 11} : std::vector<int>{0})
        for (auto const src : values_of(cell("src_reg"), {0, 2, 10, 11}))
            for (auto const off : values_of(cell("off"), {0, 1, -1, 8, 255, 0x7fff, -0x8000}))
                for (auto const imm : imm_is_open ? std::vector<std::int64_t>{1, 65536, 0x20003, -1}
                                                  : values_of(cell("imm"), {0, 1, -1, 16, 0x7fff'ffff, least})) {
                    visit(slot(code, dst, static_cast<int>(src), static_cast<int>(off), imm));
                    ++count;
                }
    return count;
}

TEST_CASE("every row of the encoding table is written in words and read back, with many operands") {
    std::size_t rows = 0;
    std::size_t count = 0;
    abi::fact_table{"insn_encoding"}.for_each([&](auto cell) {
        if (cell("kind") != "insn") return;
        ++rows;
        CAPTURE(cell("name"));
        count += for_each_slot(cell, [&](instruction const& one) {
            auto const code = one.code == wide_opcode ? slots{one, slot(0, 0, 0, 0, one.imm / 2)} : slots{one};
            auto const text = tests::insn::written(code);
            if (text.view().starts_with(".insn") || !read_back(code)) FAIL_CHECK(text.c_str());
            if (one.code == wide_opcode || in_other_words(cell("name"))) return;
            auto const column = as_text(cell("asm"), one);
            if (read(column) != code) FAIL_CHECK(column, " is not ", text.c_str());
        });
    });
    CHECK(rows == 180);
    CHECK(count > 10'000);
}

TEST_CASE("a million times eight random bytes are written and read back") {
    tests::insn::random_slots source{2};
    std::size_t instructions = 0;
    for (int i = 0; i != 1'000'000; ++i) {
        auto const one = i % 2 == 0 ? source.anything() : source.next()[0];
        auto const text = disassemble(one);
        instructions += !text.view().starts_with(".insn");
        if (!is(text.view(), one)) FAIL_CHECK(text.c_str());
    }
    CHECK(instructions > 100'000);
}

TEST_CASE("random programs are read back, with every option") {
    tests::insn::random_slots source{3};
    for (int round = 0; round != 300; ++round) {
        slots code;
        while (code.size() < 50)
            for (auto const& one : round % 4 == 0 ? slots{source.anything()} : source.next()) code.push_back(one);
        if (round % 3 == 0) code.push_back(slot(0x18, 1, 0, 0, 5)); // its second half is missing
        CHECK(read_back(code));
    }
}

/// Reads from a copy of exactly its size, so that a sanitizer sees a read behind it; what is understood must come back.
void feed(std::string_view line) {
    std::vector<char> const exact{line.begin(), line.end()};
    std::string_view const copy{exact.data(), exact.size()};
    auto const result = parse(copy);
    if (!result) {
        if (result.problem().position > copy.size() || result.problem().sentence.empty()) FAIL_CHECK(std::string{line});
        return;
    }
    slots const code{result.instructions().begin(), result.instructions().end()};
    if (read(tests::insn::written(code).view()) != code) FAIL_CHECK(std::string{line});
}

TEST_CASE("texts that are cut, changed or random are read or refused, and nothing else") {
    tests::insn::random_slots source{5};
    constexpr std::string_view alphabet = "rwspcul0123456789abcdefx=+-*/%&|^<>!()[],. \t#_\n";
    auto const random_character = [&] {
        return source.bits() % 8 == 0 ? static_cast<char>(source.bits()) : alphabet[source.bits() % alphabet.size()];
    };
    for (int i = 0; i != 20'000; ++i) {
        auto const code = source.next();
        std::string line{tests::insn::written(code, tests::insn::every_option[source.bits() % 4]).view()};
        feed(std::string_view{line}.substr(0, source.bits() % (line.size() + 1)));
        feed(std::string_view{line}.substr(source.bits() % (line.size() + 1)));
        for (auto changes = source.bits() % 4 + 1; changes != 0; --changes) {
            auto const at = source.bits() % line.size();
            switch (source.bits() % 3) {
            case 0: line[at] = random_character(); break;
            case 1: line.insert(at, 1, random_character()); break;
            default: line.erase(at, 1); break;
            }
            if (line.empty()) line.push_back(' ');
        }
        feed(line);
        std::string noise(source.bits() % 40, ' ');
        std::ranges::generate(noise, random_character);
        feed(noise);
    }
    feed(std::string(100'000, '9'));
    feed("r1 = 0x" + std::string(100'000, '0'));
    feed(std::string(100'000, ' '));
}

} // namespace
