// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/disassemble.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/internal.hpp>
#include <bpfxx/insn/syntax.hpp>
#include <bpfxx/insn/text.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "random_slots.hpp"
#include "reading.hpp"

namespace {

using namespace bpfxx::insn;
using tests::insn::slot;
using tests::insn::written;

constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();

struct line {
    instruction code;
    std::string_view plain;
    /// With 32-bit registers, where that makes a difference.
    std::string_view alu32 = {};
};

// Each as llvm-objdump 19 prints it: the second column without options, the third with --mattr=+alu32.
// clang-format off: one line per instruction
constexpr line lines[] = {
    {slot(0x07, 1, 0, 0, 5), "r1 += 0x5"},
    {slot(0x17, 1, 0, 0, -5), "r1 -= -0x5"},
    {slot(0x2f, 1, 10, 0, 0), "r1 *= r10"},
    {slot(0x3c, 1, 2, 0, 0), "w1 /= w2"},
    {slot(0x37, 1, 0, 1, 3), "r1 s/= 0x3"},
    {slot(0x3f, 1, 2, 1, 0), "r1 s/= r2"},
    {slot(0x94, 1, 0, 1, least), "w1 s%= -0x80000000"},
    {slot(0x9c, 1, 2, 1, 0), "w1 s%= w2"},
    {slot(0x97, 1, 0, 0, 3), "r1 %= 0x3"},
    {slot(0x44, 1, 0, 0, 3), "w1 |= 0x3"},
    {slot(0x5f, 1, 2, 0, 0), "r1 &= r2"},
    {slot(0xaf, 1, 2, 0, 0), "r1 ^= r2"},
    {slot(0x67, 1, 0, 0, 63), "r1 <<= 0x3f"},
    {slot(0x7c, 1, 2, 0, 0), "w1 >>= w2"},
    {slot(0xc7, 1, 0, 0, 32), "r1 s>>= 0x20"},
    {slot(0x87, 3, 0, 0, 0), "r3 = -r3"},
    {slot(0x84, 3, 0, 0, 0), "w3 = -w3"},
    {slot(0xb7, 0, 0, 0, 0), "r0 = 0x0"},
    {slot(0xb4, 0, 0, 0, 0x7fff'ffff), "w0 = 0x7fffffff"},
    {slot(0xbf, 11, 10, 0, 0), "r11 = r10"},
    {slot(0xbc, 1, 2, 0, 0), "w1 = w2"},
    {slot(0xbf, 1, 2, 8, 0), "r1 = (s8)r2"},
    {slot(0xbf, 1, 2, 16, 0), "r1 = (s16)r2"},
    {slot(0xbf, 1, 2, 32, 0), "r1 = (s32)r2"},
    {slot(0xbc, 1, 2, 8, 0), "w1 = (s8)w2"},
    {slot(0xbc, 1, 2, 16, 0), "w1 = (s16)w2"},
    {slot(0xbf, 1, 2, 1, 1), "r1 = addr_space_cast(r2, 0x0, 0x1)"},
    {slot(0xbf, 1, 2, 1, 65536), "r1 = addr_space_cast(r2, 0x1, 0x0)"},
    {slot(0xd4, 4, 0, 0, 16), "r4 = le16 r4"},
    {slot(0xd4, 4, 0, 0, 32), "r4 = le32 r4"},
    {slot(0xd4, 4, 0, 0, 64), "r4 = le64 r4"},
    {slot(0xdc, 4, 0, 0, 16), "r4 = be16 r4"},
    {slot(0xdc, 4, 0, 0, 32), "r4 = be32 r4"},
    {slot(0xdc, 4, 0, 0, 64), "r4 = be64 r4"},
    {slot(0xd7, 4, 0, 0, 16), "r4 = bswap16 r4"},
    {slot(0xd7, 4, 0, 0, 32), "r4 = bswap32 r4"},
    {slot(0xd7, 4, 0, 0, 64), "r4 = bswap64 r4"},
    {slot(0x15, 1, 0, 3, 0), "if r1 == 0x0 goto +0x3"},
    {slot(0x2d, 1, 2, -1, 0), "if r1 > r2 goto -0x1"},
    {slot(0x36, 1, 0, 0, -1), "if w1 >= -0x1 goto +0x0"},
    {slot(0x4e, 1, 2, 3, 0), "if w1 & w2 goto +0x3"},
    {slot(0x55, 1, 0, 0x7fff, 5), "if r1 != 0x5 goto +0x7fff"},
    {slot(0x65, 1, 0, -0x8000, 5), "if r1 s> 0x5 goto -0x8000"},
    {slot(0x75, 1, 0, 3, 5), "if r1 s>= 0x5 goto +0x3"},
    {slot(0xa5, 1, 0, 3, 5), "if r1 < 0x5 goto +0x3"},
    {slot(0xb5, 1, 0, 3, 5), "if r1 <= 0x5 goto +0x3"},
    {slot(0xc5, 1, 0, 3, 5), "if r1 s< 0x5 goto +0x3"},
    {slot(0xd5, 1, 0, 3, 5), "if r1 s<= 0x5 goto +0x3"},
    {slot(0x05, 0, 0, 3, 0), "goto +0x3"},
    {slot(0x06, 0, 0, 0, -70000), "gotol -0x11170"},
    {slot(0xe5, 0, 0, 3, 0), "may_goto +0x3"},
    {slot(0x85, 0, 0, 0, 1), "call 0x1"},
    {slot(0x8d, 2, 0, 0, 0), "callx r2"},
    {slot(0x95, 0, 0, 0, 0), "exit"},
    {slot(0x61, 1, 6, 4, 0), "r1 = *(u32 *)(r6 + 0x4)", "w1 = *(u32 *)(r6 + 0x4)"},
    {slot(0x69, 1, 6, -4, 0), "r1 = *(u16 *)(r6 - 0x4)", "w1 = *(u16 *)(r6 - 0x4)"},
    {slot(0x71, 1, 6, 0, 0), "r1 = *(u8 *)(r6 + 0x0)", "w1 = *(u8 *)(r6 + 0x0)"},
    {slot(0x79, 1, 6, -0x8000, 0), "r1 = *(u64 *)(r6 - 0x8000)"},
    {slot(0x81, 1, 6, 4, 0), "r1 = *(s32 *)(r6 + 0x4)"},
    {slot(0x89, 1, 6, 4, 0), "r1 = *(s16 *)(r6 + 0x4)"},
    {slot(0x91, 1, 6, 4, 0), "r1 = *(s8 *)(r6 + 0x4)"},
    {slot(0x62, 10, 0, -4, -1), "*(u32 *)(r10 - 0x4) = -0x1"},
    {slot(0x7a, 10, 0, -8, 1), "*(u64 *)(r10 - 0x8) = 0x1"},
    {slot(0x6b, 10, 2, 8, 0), "*(u16 *)(r10 + 0x8) = r2", "*(u16 *)(r10 + 0x8) = w2"},
    {slot(0x7b, 10, 2, 8, 0), "*(u64 *)(r10 + 0x8) = r2"},
    {slot(0x20, 0, 0, 0, 14), "r0 = *(u32 *)skb[0xe]"},
    {slot(0x28, 0, 0, 0, -1), "r0 = *(u16 *)skb[-0x1]"},
    {slot(0x50, 0, 7, 0, 0), "r0 = *(u8 *)skb[r7]"},
    {slot(0xc3, 1, 2, -3, 0x00), "lock *(u32 *)(r1 - 0x3) += r2", "lock *(u32 *)(r1 - 0x3) += w2"},
    {slot(0xdb, 1, 2, -3, 0x00), "lock *(u64 *)(r1 - 0x3) += r2"},
    {slot(0xc3, 1, 2, -3, 0x40), "lock *(u32 *)(r1 - 0x3) |= w2"},
    {slot(0xdb, 1, 2, -3, 0x50), "lock *(u64 *)(r1 - 0x3) &= r2"},
    {slot(0xdb, 1, 2, -3, 0xa0), "lock *(u64 *)(r1 - 0x3) ^= r2"},
    {slot(0xc3, 1, 2, -3, 0x01), "w2 = atomic_fetch_add((u32 *)(r1 - 0x3), w2)"},
    {slot(0xdb, 1, 2, -3, 0x41), "r2 = atomic_fetch_or((u64 *)(r1 - 0x3), r2)"},
    {slot(0xdb, 1, 2, -3, 0x51), "r2 = atomic_fetch_and((u64 *)(r1 - 0x3), r2)"},
    {slot(0xdb, 1, 2, -3, 0xa1), "r2 = atomic_fetch_xor((u64 *)(r1 - 0x3), r2)"},
    {slot(0xc3, 1, 2, -3, 0xe1), "w2 = xchg32_32(r1 - 0x3, w2)"},
    {slot(0xdb, 1, 2, -3, 0xe1), "r2 = xchg_64(r1 - 0x3, r2)"},
    {slot(0xc3, 1, 2, -3, 0xf1), "w0 = cmpxchg32_32(r1 - 0x3, w0, w2)"},
    {slot(0xdb, 1, 2, 0, 0xf1), "r0 = cmpxchg_64(r1 + 0x0, r0, r2)"},
    // LLVM has these since version 20.
    {slot(0xc3, 1, 2, 4, 0x100), "w1 = load_acquire((u32 *)(r2 + 0x4))"},
    {slot(0xcb, 1, 2, 4, 0x100), "w1 = load_acquire((u16 *)(r2 + 0x4))"},
    {slot(0xd3, 1, 2, 4, 0x100), "w1 = load_acquire((u8 *)(r2 + 0x4))"},
    {slot(0xdb, 1, 2, 4, 0x100), "r1 = load_acquire((u64 *)(r2 + 0x4))"},
    {slot(0xc3, 1, 2, 4, 0x110), "store_release((u32 *)(r1 + 0x4), w2)"},
    {slot(0xcb, 1, 2, 4, 0x110), "store_release((u16 *)(r1 + 0x4), w2)"},
    {slot(0xd3, 1, 2, 4, 0x110), "store_release((u8 *)(r1 + 0x4), w2)"},
    {slot(0xdb, 1, 2, 4, 0x110), "store_release((u64 *)(r1 + 0x4), r2)"},
    // Here LLVM leaves out what tells them from others.
    {slot(0x85, 0, 1, 0, 5), "call pc+0x5"},
    {slot(0x85, 0, 1, 0, -5), "call pc-0x5"},
    {slot(0x85, 0, 2, 0, 77), "call kfunc 0x4d"},
    {slot(0x85, 0, 2, 3, 77), "call kfunc 0x4d in btf 0x3"},
    {slot(0x40, 0, 7, 0, 14), "r0 = *(u32 *)skb[r7 + 0xe]"},
    {slot(0x40, 0, 7, 0, -14), "r0 = *(u32 *)skb[r7 - 0xe]"},
};

struct wide_line {
    wide_instruction code;
    std::string_view plain;
    std::string_view named = {};
};

constexpr wide_instruction wide(int dst, int src, std::int64_t low, std::int64_t high) {
    return {slot(0x18, dst, src, 0, low), slot(0, 0, 0, 0, high)};
}

constexpr wide_line wide_lines[] = {
    {wide(1, 0, 5, 0), "r1 = 0x5 ll"},
    {wide(1, 0, -1, 0), "r1 = 0xffffffff ll"},
    {wide(1, 0, -1, -1), "r1 = -0x1 ll"},
    {wide(11, 0, 0x55667788, 0x11223344), "r11 = 0x1122334455667788 ll"},
    {wide(1, 0, 0, least), "r1 = -0x8000000000000000 ll"},
    {wide(1, 0, -1, 0x7fff'ffff), "r1 = 0x7fffffffffffffff ll"},
    {wide(1, 1, 5, 0), "ld_pseudo\tr1, 0x1, 0x5", "r1 = map_by_fd(0x5)"},
    {wide(1, 2, 5, 0), "ld_pseudo\tr1, 0x2, 0x5", "r1 = map_val(map_by_fd(0x5)) + 0x0"},
    {wide(1, 2, 5, 16), "ld_pseudo\tr1, 0x2, 0x5, 0x10", "r1 = map_val(map_by_fd(0x5)) + 0x10"},
    {wide(1, 3, 5, 0), "ld_pseudo\tr1, 0x3, 0x5", "r1 = var_addr(0x5)"},
    {wide(1, 3, 5, 9), "ld_pseudo\tr1, 0x3, 0x5, 0x9", "r1 = var_addr(0x5 in btf 0x9)"},
    {wide(1, 4, -5, 0), "ld_pseudo\tr1, 0x4, 0xfffffffb", "r1 = code_addr(pc-0x5)"},
    {wide(1, 5, 5, 0), "ld_pseudo\tr1, 0x5, 0x5", "r1 = map_by_idx(0x5)"},
    {wide(1, 6, 5, -1), "ld_pseudo\tr1, 0x6, 0x5, 0xffffffff", "r1 = map_val(map_by_idx(0x5)) - 0x1"},
    // The kernel, in a dump: both halves of an address of machine code.
    {wide(1, 4, 0x1234, -1), "ld_pseudo\tr1, 0x4, 0x1234, 0xffffffff"},
    {wide(1, 1, 5, 9), "ld_pseudo\tr1, 0x1, 0x5, 0x9"},
    {wide(1, 15, 5, 0), "ld_pseudo\tr1, 0xf, 0x5"},
    // Two slots that are no load of 64 bits.
    {wide(12, 0, 5, 0), ".insn code=0x18 dst=0xc src=0x0 off=0x0 imm=0x5, code=0x0 dst=0x0 src=0x0 off=0x0 imm=0x0"},
    {{slot(0x18, 1, 0, 7, 5), slot(0, 0, 0, 0, 0)},
     ".insn code=0x18 dst=0x1 src=0x0 off=0x7 imm=0x5, code=0x0 dst=0x0 src=0x0 off=0x0 imm=0x0"},
    {{slot(0x18, 1, 0, 0, 5), slot(0x95, 1, 2, -3, -4)},
     ".insn code=0x18 dst=0x1 src=0x0 off=0x0 imm=0x5, code=0x95 dst=0x1 src=0x2 off=-0x3 imm=-0x4"},
};

struct raw_line {
    instruction code;
    std::string_view why;
};

constexpr std::string_view field = "no instruction: a field is set to what it cannot be";
constexpr std::string_view unknown = "no instruction: there is no such opcode";

constexpr raw_line raw_lines[] = {
    {slot(0x95, 0, 0, 0, 1), field},
    {slot(0x95, 0, 0, 1, 0), field},
    {slot(0x95, 0, 1, 0, 0), field},
    {slot(0x95, 1, 0, 0, 0), field},
    {slot(0xb7, 12, 0, 0, 0), field},
    {slot(0xbf, 1, 12, 0, 0), field},
    {slot(0xbf, 1, 2, 64, 0), field},
    {slot(0xbc, 1, 2, 32, 0), field},
    {slot(0x07, 1, 0, 1, 5), field},
    {slot(0x1d, 1, 2, 3, 4), field},
    {slot(0xd4, 1, 0, 0, 8), field},
    {slot(0xdb, 1, 2, 0, 0x60), field},
    {slot(0xcb, 1, 2, 0, 0), field},
    {slot(0x85, 0, 3, 0, 1), field},
    {slot(0x85, 0, 0, 1, 1), field},
    {slot(0xff, 1, 2, 3, 4), unknown},
    {slot(0x8f, 1, 2, 0, 0), unknown},
    {slot(0x86, 0, 0, 0, 1), unknown},
    {slot(0x38, 0, 0, 0, 1), unknown},
    {slot(0x99, 1, 2, 0, 0), unknown},
    {slot(0x00, 1, 0, 0, 0), unknown},
    {slot(0x18, 1, 0, 0, 5), "first half of a 64-bit load"},
    {slot(0x00, 0, 0, 0, 5), "second half of a 64-bit load"},
    {slot(0xf5, 0, 0, 0, 12), "kernel: tail call"},
    {slot(0xc2, 0, 0, 0, 0), "kernel: speculation barrier"},
    {slot(0xbc, 3, 3, 0, 1), "kernel: upper 32 bits set to zero"},
    {slot(0xbf, 0, 0, -1, 0), "kernel: address of this CPU's copy"},
    {slot(0xe5, 0, 1, 5, -77), "kernel: interpreted call of a subprogram"},
    {slot(0x85, 0, 1, 5, 1), "kernel: call of subprogram number imm, off slots away"},
    {slot(0x39, 1, 2, 8, 0), "kernel: load that may fault"},
    {slot(0x41, 1, 2, 8, 0), "kernel: sign-extending load that may fault"},
    {slot(0xb9, 1, 2, 8, 0), "kernel: load from an arena"},
    {slot(0xba, 1, 0, 8, 7), "kernel: store to an arena"},
    {slot(0xab, 1, 2, 8, 0), "kernel: store to an arena"},
    {slot(0xd1, 1, 2, 8, 0), "kernel: sign-extending load from an arena"},
    {slot(0xfb, 1, 2, 8, 1), "kernel: atomic in an arena"},
    // Like the kernel's, and not them.
    {slot(0xbc, 3, 4, 0, 1), field},
    {slot(0xbc, 3, 3, 0, 2), field},
    {slot(0xbc, 3, 3, 8, 1), field},
    {slot(0xe5, 0, 2, 5, 0), field},
};
// clang-format on

// A few while compiling; all of them in one expression would be more than clang's default limit.
static_assert(disassemble(lines[0].code) == "r1 += 0x5");
static_assert(disassemble(slot(0x61, 1, 6, 4, 0), {.alu32 = true}) == "w1 = *(u32 *)(r6 + 0x4)");
static_assert(disassemble(wide_lines[3].code) == "r11 = 0x1122334455667788 ll");
static_assert(disassemble(slot(0x85, 0, 0, 0, 1), {.names = true}) == "call bpf_map_lookup_elem");
static_assert(disassemble(slot(0xbc, 3, 3, 0, 1)) ==
              ".insn code=0xbc dst=0x3 src=0x3 off=0x0 imm=0x1 # kernel: upper 32 bits set to zero");

TEST_CASE("instructions read as llvm-objdump prints them") {
    for (line const& one : lines) {
        CHECK(disassemble(one.code).view() == one.plain);
        CHECK(disassemble(one.code, {.alu32 = true}).view() == (one.alu32.empty() ? one.plain : one.alu32));
    }
}

TEST_CASE("wide loads read as llvm-objdump prints them, or by what they load") {
    for (wide_line const& one : wide_lines) {
        CHECK(disassemble(one.code).view() == one.plain);
        CHECK(disassemble(one.code, {.names = true}).view() == (one.named.empty() ? one.plain : one.named));
    }
}

TEST_CASE("what is no instruction says so and shows its fields") {
    for (raw_line const& one : raw_lines) {
        std::string const text{disassemble(one.code).view()};
        CAPTURE(text);
        CHECK(text.starts_with(".insn code=0x"));
        CHECK(text.find(" # ") != text.npos);
        CHECK(text.substr(text.find(" # ") + 3) == one.why);
    }
    CHECK(disassemble(slot(0xff, 15, 14, -3, -4)).view() ==
          ".insn code=0xff dst=0xf src=0xe off=-0x3 imm=-0x4 # no instruction: there is no such opcode");
}

TEST_CASE("helpers by name, and by number where there is no name") {
    constexpr disassemble_options names{.names = true};
    CHECK(disassemble(call(helper::map_lookup_elem), names) == "call bpf_map_lookup_elem");
    CHECK(disassemble(call(helper::cgrp_storage_delete), names) == "call bpf_cgrp_storage_delete");
    CHECK(disassemble(call(helper::map_lookup_elem)) == "call 0x1");
    CHECK(disassemble(slot(0x85, 0, 0, 0, 0), names) == "call 0x0");
    CHECK(disassemble(slot(0x85, 0, 0, 0, 212), names) == "call 0xd4");
    CHECK(disassemble(slot(0x85, 0, 0, 0, -1), names) == "call -0x1");
    CHECK(disassemble(slot(0x85, 0, 1, 0, 1), names) == "call pc+0x1");
}

TEST_CASE("a text is a value with a zero byte behind it") {
    auto const one = disassemble(exit());
    CHECK(one.view() == "exit");
    CHECK(one.size() == 4);
    CHECK(std::strlen(one.c_str()) == 4);
    auto const copy = one;
    CHECK(copy == one);
    CHECK(copy.view().data() != one.view().data());
    CHECK(copy != disassemble(mov(r0, 0)));
    CHECK(text{}.view().empty());
    CHECK(*text{}.c_str() == '\0');
}

TEST_CASE("text that does not fit is cut, with the zero byte in its place") {
    detail::text_writer out;
    for (int i = 0; i != 300; ++i) out.put('x');
    CHECK(out.done().size() == text::capacity);
    CHECK(std::strlen(out.done().c_str()) == text::capacity);
}

// A label, a map and a subprogram: what the assembler makes is what is read.
constexpr auto program = assemble(load_imm64(r6, 0x1122334455667788), jump_if(r1 == 0, "end"), call_subprogram("sub"),
                                  load_subprogram(r2, "sub"), label("end"), mov(r0, 0), exit(), subprogram("sub"),
                                  load<std::uint32_t>(r0, r10 - 4), exit());

TEST_CASE("a program is read instruction by instruction, wide ones with both their slots") {
    std::vector<std::pair<std::size_t, std::string>> all;
    for (auto const& [slot, text] : disassembly(program)) all.emplace_back(slot, text.view());
    std::vector<std::pair<std::size_t, std::string>> const want{
        {0, "r6 = 0x1122334455667788 ll"},
        {2, "if r1 == 0x0 goto +0x3"},
        {3, "call pc+0x4"},
        {4, "ld_pseudo\tr2, 0x4, 0x3"},
        {6, "r0 = 0x0"},
        {7, "exit"},
        {8, "r0 = *(u32 *)(r10 - 0x4)"},
        {9, "exit"},
    };
    CHECK(all == want);
    all.clear();
    for (auto const& [slot, text] : disassembly(program, {.names = true, .alu32 = true}))
        all.emplace_back(slot, text.view());
    CHECK(all[3].second == "r2 = code_addr(pc+0x3)");
    CHECK(all[6].second == "w0 = *(u32 *)(r10 - 0x4)");
}

constexpr std::size_t characters(std::span<instruction const> code) {
    std::size_t sum = 0;
    for (auto const& [slot, text] : disassembly(code)) sum += text.size();
    return sum;
}
static_assert(characters(program) == 26 + 22 + 11 + 22 + 8 + 4 + 24 + 4);

std::vector<std::string> texts(std::vector<instruction> const& code) {
    std::vector<std::string> all;
    for (auto const& [slot, text] : disassembly(code))
        all.push_back(std::to_string(slot) + ": " + std::string{text.view()});
    return all;
}

TEST_CASE("halves of wide loads that stand alone take one slot") {
    using list = std::vector<std::string>;
    CHECK(texts({}).empty());
    CHECK(texts({slot(0x18, 1, 0, 0, 5)}) ==
          list{"0: .insn code=0x18 dst=0x1 src=0x0 off=0x0 imm=0x5 # first half of a 64-bit load"});
    CHECK(texts({slot(0x95, 0, 0, 0, 0), slot(0x18, 1, 0, 0, 5)}).size() == 2);
    // What follows belongs to the load only if it has nothing but imm.
    for (auto const& other : {slot(0x95, 0, 0, 0, 0), slot(0, 1, 0, 0, 0), slot(0, 0, 1, 0, 0), slot(0, 0, 0, 1, 0)}) {
        auto const both = texts({slot(0x18, 1, 0, 0, 5), other});
        REQUIRE(both.size() == 2);
        CHECK(both[0] == "0: .insn code=0x18 dst=0x1 src=0x0 off=0x0 imm=0x5 # first half of a 64-bit load");
        CHECK(both[1].starts_with("1: "));
    }
    CHECK(texts({slot(0x18, 1, 0, 0, 5), slot(0, 0, 0, 0, 7)}) == list{"0: r1 = 0x700000005 ll"});
    CHECK(texts({slot(0x18, 1, 0, 3, 5), slot(0, 0, 0, 0, 7)}) ==
          list{"0: .insn code=0x18 dst=0x1 src=0x0 off=0x3 imm=0x5, code=0x0 dst=0x0 src=0x0 off=0x0 imm=0x7"});
    // A second half without a first one is a line of its own.
    CHECK(texts({slot(0x95, 0, 0, 0, 0), slot(0, 0, 0, 0, 7)}) ==
          list{"0: exit", "1: .insn code=0x0 dst=0x0 src=0x0 off=0x0 imm=0x7 # second half of a 64-bit load"});
    CHECK(texts({slot(0, 0, 0, 0, 7), slot(0x95, 0, 0, 0, 0)}) ==
          list{"0: .insn code=0x0 dst=0x0 src=0x0 off=0x0 imm=0x7 # second half of a 64-bit load", "1: exit"});
}

TEST_CASE("an iterator can be kept and advanced in both ways") {
    disassembly const all{program};
    auto at = all.begin();
    CHECK((*at++).slot == 0);
    CHECK((*at).slot == 2);
    CHECK((*++at).slot == 3);
    CHECK(at != all.end());
    CHECK(all.end() != all.begin());
    CHECK(at == std::next(all.begin(), 2));
    CHECK(disassembly::iterator{} == disassembly::iterator{});
}

TEST_CASE("any bytes have a text: printable, short, and never of another instruction") {
    tests::insn::random_slots source{7};
    std::size_t longest = 0;
    for (int i = 0; i != 200'000; ++i) {
        auto const code = i % 2 == 0 ? tests::insn::slots{source.anything()} : source.next();
        for (auto const options : tests::insn::every_option) {
            auto const text = written(code, options);
            longest = std::max(longest, text.size());
            bool const printable =
                std::ranges::all_of(text.view(), [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
            if (!printable || text.size() == 0 || text.size() != std::strlen(text.c_str())) FAIL_CHECK(text.c_str());
        }
    }
    CHECK(longest < text::capacity);
    // The longest there can be.
    instruction const full = slot(0xff, 15, 15, -0x8000, least);
    CHECK(disassemble(wide_instruction{full, full}).size() <= text::capacity - 1);
}

TEST_CASE("random slots reach every form") {
    tests::insn::random_slots source{1};
    std::array<std::size_t, std::size(detail::one_slot_forms)> reached{};
    for (int i = 0; i != 100'000; ++i) {
        auto const code = source.next();
        if (code.size() != 1) continue;
        auto const& found = detail::fitting(detail::one_slot_forms, {code[0], instruction{}}, {});
        ++reached[static_cast<std::size_t>(&found - detail::one_slot_forms)];
    }
    for (std::size_t i = 0; i != reached.size(); ++i) {
        CAPTURE(std::string{detail::one_slot_forms[i].pattern});
        CHECK(detail::one_slot_forms[i].named == (reached[i] == 0));
    }
}

} // namespace
