// What the checks know of single instructions.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/effect.hpp>
#include <bpfxx/insn/flow.hpp>
#include <bpfxx/insn/names.hpp>
#include <bpfxx/insn/state.hpp>
#include <bpfxx/insn/value.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace {

using namespace bpfxx::insn;

constexpr std::uint16_t r(unsigned number) { return static_cast<std::uint16_t>(1u << number); }

struct row {
    instruction one;
    effect by;
};

constexpr std::uint16_t both = 0x18; // r3 and r4
constexpr row rows[] = {
    {mov(r3, 1), {0, r(3), 0}},
    {mov(r3, r4), {r(4), r(3), 0}},
    {mov<std::int8_t>(r3, r4), {r(4), r(3), 0}},
    {add(r3, 1), {r(3), r(3), 0}},
    {add(w3, w4), {both, r(3), 0}},
    {neg(r3), {r(3), r(3), 0}},
    {to_be<std::uint16_t>(r3), {r(3), r(3), 0}},
    {bswap<std::uint64_t>(r3), {r(3), r(3), 0}},
    {load<std::uint8_t>(r3, r4 + 1), {r(4), r(3), 0}},
    {load<std::int32_t>(r3, r4 + 1), {r(4), r(3), 0}},
    {store<std::uint8_t>(r3 + 1, 2), {r(3), 0, 0}},
    {store<std::uint8_t>(r3 + 1, r4), {both, 0, 0}},
    {load_imm64(r3, 1).first, {0, r(3), 0}},
    {atomic_add<std::uint64_t>(r3, r4), {both, 0, 0}},
    {atomic_fetch_add<std::uint64_t>(r3, r4), {both, r(4), 0}},
    {atomic_fetch_xor<std::uint32_t>(r3, w4), {both, r(4), 0}},
    {atomic_exchange<std::uint64_t>(r3, r4), {both, r(4), 0}},
    {atomic_compare_exchange<std::uint64_t>(r3, r4), {0x19, r(0), 0}},
    {load_acquire<std::uint32_t>(r3, r4), {r(4), r(3), 0}},
    {store_release<std::uint32_t>(r3, r4), {both, 0, 0}},
    {(r3 == 0).test, {r(3), 0, 0}},
    {(w3 > w4).test, {both, 0, 0}},
    {jump("x").jump, {0, 0, 0}},
    {gotol("x").jump, {0, 0, 0}},
    {may_goto("x").jump, {0, 0, 0}},
    {exit(), {r(0), 0, 0}},
    {call(helper::ktime_get_ns), {0, r(0), 0x3e}},
    {call(helper::map_update_elem), {0x1e, r(0), 0x3e}},
    {call(helper::trace_printk), {0x06, r(0), 0x3e}},
    {call_subprogram("x").code, {0, r(0), 0x3e}},
    {call(kfunc_slot<0>{}).code, {0, r(0), 0x3e}},
    {{0x85, 0, 0, 0}, {0, r(0), 0x3e}},   // no helper has this number,
    {{0x85, 0, 0, 212}, {0, r(0), 0x3e}}, // nor this one yet
    {load_packet<std::uint16_t>(12), {r(6), r(0), 0x3e}},
    {load_packet<std::uint16_t>(r3, 12), {0x48, r(0), 0x3e}},
};

TEST_CASE("what instructions read, set and empty") {
    for (auto const& one : rows) {
        CAPTURE(&one - rows);
        CHECK(effect_of(one.one) == one.by);
    }
}

TEST_CASE("a number goes both ways only where it can") {
    using namespace detail;
    constexpr auto open = [](condition when, value left) { return can_go_both_ways(when.test, left); };
    constexpr auto byte = number_of(1), half = number_of(2), word = number_of(4), full = number_of(8);
    static_assert(most(byte) == 255 && most(half) == 65'535 && most(word) == 0xffff'ffff && most(full) == ~0ull);
    static_assert(open(r1 == 255, byte) && !open(r1 == 256, byte) && open(r1 == 256, half));
    static_assert(open(r1 != -1, full) && !open(r1 != -1, word) && open(w1 != -1, word));
    static_assert(open(r1 > 254, byte) && !open(r1 > 255, byte) && open(r1 <= 254, byte));
    static_assert(open(r1 >= 255, byte) && !open(r1 >= 256, byte) && !open(r1 >= 0, byte) && open(r1 < 1, byte));
    static_assert(!open(r1 < 0, full) && open(r1 < -1, full) && !open(r1 > -1, full));
    static_assert(open(sgt(r1, -1), full) && !open(sgt(r1, -1), word) && open(sgt(w1, -1), word));
    static_assert(open(slt(r1, 3), byte) && !open(slt(r1, 0), byte) && open(slt(w1, 0), full));
    static_assert(!open(sge(w1, INT32_MIN), word) && !open(sle(w1, INT32_MAX), word));
    static_assert(open(any_bits(r1, 256), half) && !open(any_bits(r1, 256), byte));
    static_assert(open(r1 == 0, value::zero_or_not) && open(r1 != 0, value::zero_or_not));
    static_assert(!open(w1 == 0, value::zero_or_not) && !open(r1 == 1, value::zero_or_not));
    static_assert(!open(r1 == 0, value::anything) && !open(r1 == 0, stack_at(-8)) && !open(r1 == 0, value::context));
    static_assert(stack_offset(stack_at(-512)) == -512 && stack_at(8193) == value::anything);
}

TEST_CASE("where both sides of a branch meet") {
    using detail::flow;
    constexpr auto meeting = []<std::size_t N>(program_code<N> const& code, std::size_t branch) {
        flow<N> ways{};
        return ways.read(code.instructions().data(), N) ? ~std::size_t{} : ways.meeting_point(branch);
    };
    constexpr auto skip = assemble(mov(r0, 0), if_(r1 == 0), mov(r0, 1), end_if(), exit());
    static_assert(meeting(skip, 1) == 3);
    constexpr auto either = assemble(mov(r0, 0), if_(r1 == 0), mov(r0, 1), else_(), mov(r0, 2), end_if(), exit());
    static_assert(meeting(either, 1) == 5);
    constexpr auto ends_inside = assemble(mov(r0, 0), if_(r1 == 0), mov(r0, 1), exit(), end_if(), exit());
    static_assert(meeting(ends_inside, 1) == 0);
    constexpr auto repeat = assemble(mov(r0, 0), loop(), add(r0, 1), break_if(r0 == 7), again_if(r0 != 9), exit());
    static_assert(meeting(repeat, 3) == 4 && meeting(repeat, 2) == 0);
}

TEST_CASE("names are found by their owner and their letters") {
    detail::name_table<70> names;
    for (std::size_t i = 0; i != 35; ++i) {
        static std::string kept[35];
        kept[i] = "label" + std::to_string(i);
        CHECK(names.add({kept[i], i, 0}));
        CHECK(names.add({kept[i], i + 100, 1}));
        CHECK(!names.add({kept[i], 7, 1}));
    }
    CHECK(names.size() == 70);
    for (std::size_t i = 0; i != 35; ++i) {
        auto const name = "label" + std::to_string(i);
        CHECK(names.find(name)->slot == i);
        CHECK(names.find(name, 1)->slot == i + 100);
        CHECK(names.find(name, 2) == nullptr);
    }
    CHECK(names.find("label") == nullptr);
    CHECK(names.has("label7"));
    CHECK(!names.has("label35"));
}

} // namespace
