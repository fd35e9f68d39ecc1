#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <bpfxx/insn/opcode.hpp>

// How instructions read, in LLVM's assembly: one table for both directions, so that what is written can be read back.
namespace bpfxx::insn {

namespace detail {

/// A word and the bits that it stands for.
struct spelling {
    std::int32_t bits;
    std::string_view word;
};

// clang-format off: words beside their bits
inline constexpr std::array<spelling, 12> alu_words{{
    {std::int32_t(alu_op::add), "+="}, {std::int32_t(alu_op::sub), "-="}, {std::int32_t(alu_op::mul), "*="},
    {std::int32_t(alu_op::div), "/="}, {std::int32_t(alu_op::or_), "|="}, {std::int32_t(alu_op::and_), "&="},
    {std::int32_t(alu_op::lsh), "<<="}, {std::int32_t(alu_op::rsh), ">>="}, {std::int32_t(alu_op::mod), "%="},
    {std::int32_t(alu_op::xor_), "^="}, {std::int32_t(alu_op::mov), "="}, {std::int32_t(alu_op::arsh), "s>>="}}};

inline constexpr std::array<spelling, 2> signed_alu_words{{
    {std::int32_t(alu_op::div), "s/="}, {std::int32_t(alu_op::mod), "s%="}}};

inline constexpr std::array<spelling, 11> comparison_words{{
    {std::int32_t(jump_op::jeq), "=="}, {std::int32_t(jump_op::jgt), ">"}, {std::int32_t(jump_op::jge), ">="},
    {std::int32_t(jump_op::jset), "&"}, {std::int32_t(jump_op::jne), "!="}, {std::int32_t(jump_op::jsgt), "s>"},
    {std::int32_t(jump_op::jsge), "s>="}, {std::int32_t(jump_op::jlt), "<"}, {std::int32_t(jump_op::jle), "<="},
    {std::int32_t(jump_op::jslt), "s<"}, {std::int32_t(jump_op::jsle), "s<="}}};

inline constexpr std::array<spelling, 4> size_words{{
    {std::int32_t(memory_size::b), "u8"}, {std::int32_t(memory_size::h), "u16"},
    {std::int32_t(memory_size::w), "u32"}, {std::int32_t(memory_size::dw), "u64"}}};

inline constexpr std::array<spelling, 3> short_size_words{{
    {std::int32_t(memory_size::b), "u8"}, {std::int32_t(memory_size::h), "u16"},
    {std::int32_t(memory_size::w), "u32"}}};

inline constexpr std::array<spelling, 3> signed_size_words{{
    {std::int32_t(memory_size::b), "s8"}, {std::int32_t(memory_size::h), "s16"},
    {std::int32_t(memory_size::w), "s32"}}};

inline constexpr std::array<spelling, 4> lock_words{{
    {std::int32_t(atomic_op::add), "+="}, {std::int32_t(atomic_op::or_), "|="}, {std::int32_t(atomic_op::and_), "&="},
    {std::int32_t(atomic_op::xor_), "^="}}};

inline constexpr std::array<spelling, 4> fetch_words{{
    {std::int32_t(atomic_op::fetch_add), "atomic_fetch_add"},
    {std::int32_t(atomic_op::fetch_or), "atomic_fetch_or"},
    {std::int32_t(atomic_op::fetch_and), "atomic_fetch_and"},
    {std::int32_t(atomic_op::fetch_xor), "atomic_fetch_xor"}}};
// clang-format on

/// How some instructions read: those whose opcode is `code` in the bits of `mask`, and whose other fields have the
/// values given here wherever the pattern does not say them.
///
/// In a pattern, a blank stands for any number of blanks, and
///   $d $s    dst, src as r register             $D $S    as w register
///   $l $L    dst, src as register that a load fills or a store empties: r, and w where asked for, but r for 8 bytes
///   $o $v    arithmetic, signed arithmetic      $c       comparison
///   $z $y $Z bytes, fewer than 8, with a sign   $k $f    what an atomic does without, with fetching
///   $i       imm, signed 32 bits                $u $I    the same, read also as unsigned, written so
///   $m $n    off, imm as displacement: + 0x4    $j $J    off, imm as jump: +0x4
///   $a $A    upper, lower half of imm           $h       imm as name of a helper
///   $q       64 bits of both imm fields         $p       src as number
///   $x $P $O opcode, dst and off as numbers     $2       what follows is of the second slot
struct form {
    std::string_view pattern;
    std::uint8_t code;
    std::uint8_t mask;
    std::uint8_t src = 0;
    /// Written only where names are asked for; read always.
    bool named = false;
    std::int16_t off = 0;
    std::int32_t imm = 0;

    /// The first slot as far as the form alone decides it; a second one is all zero.
    constexpr instruction skeleton() const noexcept { return {code, instruction::pack(0, src), off, imm}; }
};

/// The greatest register number that has a name: r10, and r11, which the kernel uses when it rewrites programs.
inline constexpr std::uint8_t last_named_register = 11;

constexpr bool moves_8_bytes(instruction const& slot) noexcept {
    return (slot.code & 0x18) == std::uint8_t(memory_size::dw);
}

/// Puts a number below 16 where dst or src stands.
constexpr void set_dst(instruction& slot, std::uint8_t number) noexcept {
    slot.registers = instruction::pack(number, slot.src());
}

constexpr void set_src(instruction& slot, std::uint8_t number) noexcept {
    slot.registers = instruction::pack(slot.dst(), number);
}

/// A sort of word: which words there are, and in which bits of a slot.
struct vocabulary {
    std::span<spelling const> words;
    /// In the opcode under this mask, or, where it is 0, in imm.
    std::uint8_t code_mask;

    constexpr std::int32_t bits(instruction const& slot) const noexcept {
        return code_mask != 0 ? slot.code & code_mask : slot.imm;
    }

    constexpr void set(instruction& slot, std::int32_t bits) const noexcept {
        // The opcode of a form is 0 where a word says its bits.
        if (code_mask == 0)
            slot.imm = bits;
        else
            slot.code = static_cast<std::uint8_t>(slot.code | bits);
    }

    /// Empty where these bits have no word.
    constexpr std::string_view word(instruction const& slot) const noexcept {
        for (spelling const& one : words)
            if (one.bits == bits(slot)) return one.word;
        return {};
    }
};

/// The words that a letter of a pattern stands for; none for the other letters.
constexpr vocabulary words_of(char letter) noexcept {
    switch (letter) {
    case 'o': return {alu_words, 0xf0};
    case 'v': return {signed_alu_words, 0xf0};
    case 'c': return {comparison_words, 0xf0};
    case 'z': return {size_words, 0x18};
    case 'y': return {short_size_words, 0x18};
    case 'Z': return {signed_size_words, 0x18};
    case 'k': return {lock_words, 0};
    case 'f': return {fetch_words, 0};
    default: return {{}, 0};
    }
}

/// What takes one slot. The last one fits everything.
inline constexpr form one_slot_forms[] = {
    {"$d $o $i", 0x07, 0x0f},
    {"$d $o $s", 0x0f, 0x0f},
    {"$D $o $u", 0x04, 0x0f},
    {"$D $o $S", 0x0c, 0x0f},
    {.pattern = "$d $v $i", .code = 0x07, .mask = 0x0f, .off = 1},
    {.pattern = "$d $v $s", .code = 0x0f, .mask = 0x0f, .off = 1},
    {.pattern = "$D $v $u", .code = 0x04, .mask = 0x0f, .off = 1},
    {.pattern = "$D $v $S", .code = 0x0c, .mask = 0x0f, .off = 1},
    {"$d = -$d", 0x87, 0xff},
    {"$D = -$D", 0x84, 0xff},
    {.pattern = "$d = (s8)$s", .code = 0xbf, .mask = 0xff, .off = 8},
    {.pattern = "$d = (s16)$s", .code = 0xbf, .mask = 0xff, .off = 16},
    {.pattern = "$d = (s32)$s", .code = 0xbf, .mask = 0xff, .off = 32},
    {.pattern = "$D = (s8)$S", .code = 0xbc, .mask = 0xff, .off = 8},
    {.pattern = "$D = (s16)$S", .code = 0xbc, .mask = 0xff, .off = 16},
    {.pattern = "$d = addr_space_cast($s, $a, $A)", .code = 0xbf, .mask = 0xff, .off = 1},
    {.pattern = "$d = le16 $d", .code = 0xd4, .mask = 0xff, .imm = 16},
    {.pattern = "$d = le32 $d", .code = 0xd4, .mask = 0xff, .imm = 32},
    {.pattern = "$d = le64 $d", .code = 0xd4, .mask = 0xff, .imm = 64},
    {.pattern = "$d = be16 $d", .code = 0xdc, .mask = 0xff, .imm = 16},
    {.pattern = "$d = be32 $d", .code = 0xdc, .mask = 0xff, .imm = 32},
    {.pattern = "$d = be64 $d", .code = 0xdc, .mask = 0xff, .imm = 64},
    {.pattern = "$d = bswap16 $d", .code = 0xd7, .mask = 0xff, .imm = 16},
    {.pattern = "$d = bswap32 $d", .code = 0xd7, .mask = 0xff, .imm = 32},
    {.pattern = "$d = bswap64 $d", .code = 0xd7, .mask = 0xff, .imm = 64},
    {"if $d $c $i goto $j", 0x05, 0x0f},
    {"if $d $c $s goto $j", 0x0d, 0x0f},
    {"if $D $c $u goto $j", 0x06, 0x0f},
    {"if $D $c $S goto $j", 0x0e, 0x0f},
    {"goto $j", 0x05, 0xff},
    {"gotol $J", 0x06, 0xff},
    {"may_goto $j", 0xe5, 0xff},
    {.pattern = "call $h", .code = 0x85, .mask = 0xff, .named = true},
    {"call $i", 0x85, 0xff},
    {.pattern = "call pc$J", .code = 0x85, .mask = 0xff, .src = 1},
    {.pattern = "call kfunc $i", .code = 0x85, .mask = 0xff, .src = 2},
    {.pattern = "call kfunc $i in btf $O", .code = 0x85, .mask = 0xff, .src = 2},
    {"callx $d", 0x8d, 0xff},
    {"exit", 0x95, 0xff},
    {"$l = *($z *)($s$m)", 0x61, 0xe7},
    {"$d = *($Z *)($s$m)", 0x81, 0xe7},
    {"*($z *)($d$m) = $u", 0x62, 0xe7},
    {"*($z *)($d$m) = $L", 0x63, 0xe7},
    {"r0 = *($y *)skb[$u]", 0x20, 0xe7},
    {"r0 = *($y *)skb[$s]", 0x40, 0xe7},
    {"r0 = *($y *)skb[$s$n]", 0x40, 0xe7},
    {"lock *(u32 *)($d$m) += $L", 0xc3, 0xff},
    {"lock *(u32 *)($d$m) $k $S", 0xc3, 0xff},
    {"lock *(u64 *)($d$m) $k $s", 0xdb, 0xff},
    {"$S = $f((u32 *)($d$m), $S)", 0xc3, 0xff},
    {"$s = $f((u64 *)($d$m), $s)", 0xdb, 0xff},
    {.pattern = "$S = xchg32_32($d$m, $S)", .code = 0xc3, .mask = 0xff, .imm = 0xe1},
    {.pattern = "$s = xchg_64($d$m, $s)", .code = 0xdb, .mask = 0xff, .imm = 0xe1},
    {.pattern = "w0 = cmpxchg32_32($d$m, w0, $S)", .code = 0xc3, .mask = 0xff, .imm = 0xf1},
    {.pattern = "r0 = cmpxchg_64($d$m, r0, $s)", .code = 0xdb, .mask = 0xff, .imm = 0xf1},
    {.pattern = "$d = load_acquire((u64 *)($s$m))", .code = 0xdb, .mask = 0xff, .imm = 0x100},
    {.pattern = "$D = load_acquire(($y *)($s$m))", .code = 0xc3, .mask = 0xe7, .imm = 0x100},
    {.pattern = "store_release((u64 *)($d$m), $s)", .code = 0xdb, .mask = 0xff, .imm = 0x110},
    {.pattern = "store_release(($y *)($d$m), $S)", .code = 0xc3, .mask = 0xe7, .imm = 0x110},
    {".insn code=$x dst=$P src=$p off=$O imm=$i", 0x00, 0x00},
};

/// What takes two slots, of which the second has nothing but imm. The words of the named ones are those of RFC 9669.
inline constexpr form two_slot_forms[] = {
    {"$d = $q ll", 0x18, 0xff},
    {.pattern = "$d = map_by_fd($I)", .code = 0x18, .mask = 0xff, .src = 1, .named = true},
    {.pattern = "$d = map_val(map_by_fd($I))$2$n", .code = 0x18, .mask = 0xff, .src = 2, .named = true},
    {.pattern = "$d = var_addr($I)", .code = 0x18, .mask = 0xff, .src = 3, .named = true},
    {.pattern = "$d = var_addr($I in btf $2$I)", .code = 0x18, .mask = 0xff, .src = 3, .named = true},
    {.pattern = "$d = code_addr(pc$J)", .code = 0x18, .mask = 0xff, .src = 4, .named = true},
    {.pattern = "$d = map_by_idx($I)", .code = 0x18, .mask = 0xff, .src = 5, .named = true},
    {.pattern = "$d = map_val(map_by_idx($I))$2$n", .code = 0x18, .mask = 0xff, .src = 6, .named = true},
    {"ld_pseudo\t$d, $p, $I", 0x18, 0xff},
    {"ld_pseudo\t$d, $p, $I, $2$I", 0x18, 0xff},
    {".insn code=$x dst=$P src=$p off=$O imm=$i, $2code=$x dst=$P src=$p off=$O imm=$i", 0x18, 0xff},
};

} // namespace detail

} // namespace bpfxx::insn
