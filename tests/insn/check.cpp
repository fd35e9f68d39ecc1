// What the checks find, case by case: each fault beside the nearest program without it, both shown to the kernel too.
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/check.hpp>
#include <bpfxx/insn/finding.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>

#include <doctest/doctest.h>

#include <sys/utsname.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace bpfxx::insn;

struct trial {
    std::string name;
    fault expected;
    std::uint32_t slot;
    std::vector<instruction> code;
};

template <std::size_t N>
std::vector<instruction> list(program_code<N> const& code) {
    auto const all = code.instructions();
    return {all.begin(), all.end()};
}

template <std::size_t N, class Slots, class Kind>
finding found_in(program_code<N, Slots, Kind> const& code) {
    return check<N, Kind>(code.instructions());
}

/// Whether the kernel refuses a program of a type that may do nearly anything.
bool kernel_refuses(std::vector<instruction> const& code) {
    for (;;) {
        auto const loaded = bpfxx::socket_filter_program::load({.insns = code, .license = "GPL"});
        if (loaded || loaded.error().code != bpfxx::errc::eagain) return !loaded;
    }
}

/// Whether the running kernel is Linux 6.12 or newer.
bool is_6_12() {
    ::utsname name{};
    REQUIRE(::uname(&name) == 0);
    int major = 0, minor = 0;
    REQUIRE(std::sscanf(name.release, "%d.%d", &major, &minor) == 2);
    return major * 1000 + minor >= 6012;
}

void try_all(std::initializer_list<trial> trials) {
    for (auto const& one : trials) {
        CAPTURE(one.name);
        CHECK(check<64>(one.code) == finding{one.expected, one.expected == fault::none ? 0 : one.slot});
        CHECK(kernel_refuses(one.code) == (one.expected != fault::none));
    }
}

instruction raw(std::uint8_t code, std::uint8_t dst, std::uint8_t src, std::int16_t off, std::int32_t imm) {
    return {code, instruction::pack(dst, src), off, imm};
}

TEST_CASE("jumps and ends") {
    auto const wide = load_imm64(r0, 0);
    try_all({
        {"sound", fault::none, 0, {mov(r0, 0), bpfxx::insn::exit()}},
        {"past the end", fault::jump_outside, 1, {mov(r0, 0), raw(0x05, 0, 0, 1, 0), bpfxx::insn::exit()}},
        {"before the start", fault::jump_outside, 1, {mov(r0, 0), raw(0x15, 0, 0, -3, 0), bpfxx::insn::exit()}},
        {"long, past the end", fault::jump_outside, 1, {mov(r0, 0), raw(0x06, 0, 0, 0, 1), bpfxx::insn::exit()}},
        {"into a wide load",
         fault::jump_into_wide_load,
         3,
         {mov(r0, 0), raw(0x15, 0, 0, 1, 0), wide.first, wide.second, bpfxx::insn::exit()}},
        {"onto a wide load",
         fault::none,
         0,
         {mov(r0, 0), raw(0x15, 0, 0, 0, 0), wide.first, wide.second, bpfxx::insn::exit()}},
        {"half of one", fault::half_of_wide_load, 0, {wide.first, mov(r0, 0), bpfxx::insn::exit()}},
        {"the other half", fault::half_of_wide_load, 1, {mov(r0, 0), wide.second, bpfxx::insn::exit()}},
        {"no end", fault::runs_past_end, 0, {mov(r0, 0)}},
        {"a comparison at the end", fault::runs_past_end, 2, {mov(r0, 0), bpfxx::insn::exit(), raw(0x15, 0, 0, -2, 0)}},
        {"a wide load at the end", fault::runs_past_end, 1, {raw(0x05, 0, 0, 0, 0), wide.first, wide.second}},
        {"unreachable", fault::unreachable, 2, {mov(r0, 0), bpfxx::insn::exit(), mov(r0, 1), bpfxx::insn::exit()}},
        {"jumped over", fault::unreachable, 2, {mov(r0, 0), raw(0x05, 0, 0, 1, 0), mov(r0, 1), bpfxx::insn::exit()}},
        {"an unreachable ring",
         fault::unreachable,
         2,
         {mov(r0, 0), bpfxx::insn::exit(), mov(r0, 1), raw(0x05, 0, 0, -2, 0)}},
        {"to itself", fault::endless, 1, {mov(r0, 0), raw(0x05, 0, 0, -1, 0)}},
        {"to itself where the verifier never looks",
         fault::none,
         0,
         {mov(r0, 0), raw(0x15, 0, 0, 1, 0), raw(0x05, 0, 0, -1, 0), bpfxx::insn::exit()}},
    });
}

TEST_CASE("registers that hold nothing") {
    try_all({
        {"no result", fault::result_unset, 0, {bpfxx::insn::exit()}},
        {"the context is there", fault::none, 0, {mov(r0, r1), mov(r0, 0), bpfxx::insn::exit()}},
        {"nothing else is", fault::register_unset, 0, {mov(r0, r2), bpfxx::insn::exit()}},
        {"arithmetic reads both", fault::register_unset, 1, {mov(r0, 0), add(r0, r6), bpfxx::insn::exit()}},
        {"and its target", fault::register_unset, 0, {add(r0, 1), bpfxx::insn::exit()}},
        {"a store reads its base",
         fault::register_unset,
         1,
         {mov(r0, 0), store<std::uint8_t>(r7, 0), bpfxx::insn::exit()}},
        {"and its source",
         fault::register_unset,
         1,
         {mov(r0, 0), store<std::uint64_t>(r10 - 8, r7), bpfxx::insn::exit()}},
        {"a comparison both", fault::register_unset, 1, {mov(r0, 0), (r0 == r3).test, bpfxx::insn::exit()}},
        {"a call needs its arguments", fault::argument_unset, 0, {call(helper::trace_printk), bpfxx::insn::exit()}},
        {"a call without arguments", fault::none, 0, {call(helper::ktime_get_ns), mov(r0, 0), bpfxx::insn::exit()}},
        {"a call empties r1 to r5",
         fault::register_lost_in_call,
         1,
         {call(helper::ktime_get_ns), mov(r0, r1), bpfxx::insn::exit()}},
        {"and keeps r6 to r9",
         fault::none,
         0,
         {mov(r6, 0), call(helper::ktime_get_ns), mov(r0, r6), bpfxx::insn::exit()}},
        {"an argument of the next call",
         fault::argument_lost_in_call,
         4,
         {mov(r6, r1), mov(r2, 0), mov(r3, r10), call(helper::ktime_get_ns), call(helper::skb_load_bytes), mov(r0, 0),
          bpfxx::insn::exit()}},
        {"compare and exchange reads r0",
         fault::register_unset,
         2,
         {mov(r6, 0), store<std::uint64_t>(r10 - 8, 0), atomic_compare_exchange<std::uint64_t>(r10 - 8, r6),
          bpfxx::insn::exit()}},
        {"a fetch sets its register",
         fault::none,
         0,
         {mov(r6, 0), store<std::uint64_t>(r10 - 8, 0), atomic_fetch_add<std::uint64_t>(r10 - 8, r6), mov(r0, r6),
          mov(r0, 0), bpfxx::insn::exit()}},
    });
}

TEST_CASE("registers that are set on one way and not on the other") {
    constexpr auto by_number = assemble_unchecked(call(helper::get_prandom_u32), jump_if(r0 == 0, "skip"), mov(r6, 1),
                                                  label("skip"), mov(r0, r6), exit());
    constexpr auto on_both = assemble(call(helper::get_prandom_u32), jump_if(r0 == 0, "else"), mov(r6, 1), jump("out"),
                                      label("else"), mov(r6, 2), label("out"), mov(r0, 0), exit());
    // The kernel knows how these end: one side is never looked at.
    constexpr auto never_jumps = assemble(mov(r7, 1), mov(r6, 1), jump_if(r7 == 0, "skip"), mov(r0, 0), exit(),
                                          label("skip"), mov(r0, r8), exit());
    // Either way, r8 is empty where the two meet.
    constexpr auto after_a_known_one =
        assemble_unchecked(mov(r7, 1), jump_if(r7 == 0, "skip"), mov(r6, 1), label("skip"), mov(r0, r8), exit());
    // r8 is set by one of the two, which the checks cannot tell apart: left to the kernel, which takes it.
    constexpr auto set_by_the_known_one =
        assemble(mov(r7, 1), jump_if(r7 == 0, "skip"), mov(r8, 1), label("skip"), mov(r0, r8), exit());
    constexpr auto after_a_loop =
        assemble_unchecked(mov(r6, 0), loop(), add(r6, 1), again_if(r6 < 10), mov(r0, r8), exit());
    constexpr auto set_in_a_loop =
        assemble(mov(r6, 0), loop(), add(r6, 1), mov(r8, 0), again_if(r6 < 10), mov(r0, r8), exit());
    try_all({
        {"by a random number", fault::register_unset, 3, list(by_number)},
        {"set on both sides", fault::none, 0, list(on_both)},
        {"a side that is never taken", fault::none, 0, list(never_jumps)},
        {"where both sides meet", fault::register_unset, 3, list(after_a_known_one)},
        {"set on the side that is taken", fault::none, 0, list(set_by_the_known_one)},
        {"after a loop", fault::register_unset, 3, list(after_a_loop)},
        {"set in a loop", fault::none, 0, list(set_in_a_loop)},
    });
}

TEST_CASE("what the verifier learns of one register, it knows of its copies") {
    // The second comparison has only one outcome left.
    constexpr auto copied =
        assemble(call(helper::get_prandom_u32), mov(r6, r0), mov(r7, r0), jump_if(r6 != 0, "other"),
                 jump_if(r7 != 0, "never"), label("other"), mov(r0, 0), exit(), label("never"), mov(r0, r8), exit());
    constexpr auto twice = assemble(call(helper::get_prandom_u32), jump_if(r0 != 0, "other"), jump_if(r0 != 0, "never"),
                                    label("other"), mov(r0, 0), exit(), label("never"), mov(r0, r8), exit());
    constexpr auto with_itself = assemble(mov(r6, r1), load_packet<std::uint32_t>(0), jump_if(r0 != r0, "never"),
                                          mov(r0, 0), exit(), label("never"), mov(r0, r8), exit());
    constexpr auto spilled =
        assemble(mov(r6, r1), load_packet<std::uint32_t>(0), store<std::uint64_t>(r10 - 8, r0),
                 load<std::uint64_t>(r7, r10 - 8), jump_if(r7 != 0, "other"), jump_if(r0 != 0, "never"), label("other"),
                 mov(r0, 0), exit(), label("never"), mov(r0, r8), exit());
    constexpr auto two =
        assemble_unchecked(mov(r6, r1), load_packet<std::uint32_t>(0), mov(r7, 0), load_packet<std::uint16_t>(4),
                           jump_if(r0 != 5, "some"), mov(r0, 0), exit(), label("some"), mov(r0, r8), exit());
    constexpr auto by_budget = assemble_unchecked(may_goto("out"), mov(r6, 1), label("out"), mov(r0, r6), exit());
    // Linux 6.18 looks at both sides of the first, 6.1 of the second; newer kernels do not.
    CHECK(found_in(with_itself) == finding{});
    CHECK(found_in(spilled) == finding{});
    if (is_6_12()) CHECK(!kernel_refuses(list(spilled)));
    try_all({
        {"a copy", fault::none, 0, list(copied)},
        {"the same again", fault::none, 0, list(twice)},
        {"a number from the packet", fault::register_unset, 7, list(two)},
        {"the kernel looks at both sides of may_goto", fault::register_unset, 2, list(by_budget)},
    });
}

TEST_CASE("loops are learnt before they are judged") {
    constexpr auto set_inside =
        assemble(mov(r6, 0), loop(), break_if(r6 > 9), mov(r8, 1), add(r6, 1), again(), mov(r0, r8), exit());
    constexpr auto inner = assemble(mov(r6, 0), loop(), break_if(r6 > 3), mov(r7, 0), loop(), break_if(r7 > 3),
                                    mov(r8, 1), add(r7, 1), again(), add(r6, 1), again(), mov(r0, r8), exit());
    // Behind a jump back: where it leads is judged only once it is known to be reached.
    constexpr auto back = assemble_unchecked(mov(r0, 0), jump("middle"), label("early"), mov(r0, r8), exit(),
                                             label("middle"), jump("early"));
    constexpr auto only_back =
        assemble(jump("middle"), label("early"), mov(r0, 0), exit(), label("middle"), jump("early"));
    try_all({
        {"set by the loop", fault::none, 0, list(set_inside)},
        {"set by an inner loop", fault::none, 0, list(inner)},
        {"behind a jump back", fault::register_unset, 2, list(back)},
        {"reached only by a jump back", fault::none, 0, list(only_back)},
    });
}

/// Looks up what stands before r10, where an arbitrary number was, after `key`.
consteval auto with_key(instruction key) {
    return assemble_unchecked(mov(r6, r1), load_packet<std::uint32_t>(0), mov(r7, 1), store<std::uint64_t>(r10 - 8, r0),
                              key, mov(r2, r10), add(r2, -4), load_imm64(r1, 0), call(helper::map_lookup_elem),
                              jump_if(r0 == 0, "absent"), mov(r0, 0), exit(), label("absent"), mov(r0, r8), exit());
}

TEST_CASE("an element is never absent where the kernel sees the index") {
    // Since Linux 6.16 the side of the absent element is not looked at; the checks must leave it to the kernel.
    constexpr auto known = with_key(store<std::uint32_t>(r10 - 4, 1));
    constexpr auto register_known = with_key(store<std::uint32_t>(r10 - 4, r7));
    constexpr auto unknown = with_key(store<std::uint8_t>(r10 - 16, 1));
    CHECK(found_in(known) == finding{});
    CHECK(found_in(register_known) == finding{});
    CHECK(found_in(unknown) == finding{fault::register_unset, 13});
    // A subprogram may have stored one.
    constexpr auto by_another =
        assemble(mov(r6, r1), load_packet<std::uint32_t>(0), store<std::uint64_t>(r10 - 8, r0), mov(r1, r10),
                 call_subprogram("store"), mov(r2, r10), add(r2, -4), load_imm64(r1, 0), call(helper::map_lookup_elem),
                 jump_if(r0 == 0, "absent"), mov(r0, 0), exit(), label("absent"), mov(r0, r8), exit(),
                 subprogram("store"), store<std::uint32_t>(r1 - 4, 1), mov(r0, 0), exit());
    CHECK(found_in(by_another) == finding{});
    // On one of two ways.
    constexpr auto on_one_way =
        assemble(mov(r6, r1), store<std::uint32_t>(r10 - 4, 1), call(helper::get_prandom_u32), jump_if(r0 == 5, "five"),
                 load_packet<std::uint32_t>(4), store<std::uint32_t>(r10 - 4, r0), label("five"), mov(r2, r10),
                 add(r2, -4), load_imm64(r1, 0), call(helper::map_lookup_elem), jump_if(r0 == 0, "absent"), mov(r0, 0),
                 exit(), label("absent"), mov(r0, r8), exit());
    CHECK(found_in(on_one_way) == finding{});
    // How many processors there are, the kernel knows.
    constexpr auto processor = assemble(call(helper::get_smp_processor_id), jump_if(r0 == 0, "first"), mov(r0, 0),
                                        exit(), label("first"), mov(r0, r8), exit());
    CHECK(found_in(processor) == finding{});
}

TEST_CASE("the context, where the type of program is known") {
    using namespace bpfxx::program_kind;
    constexpr auto sound = assemble<xdp>(load(r2, r1 + ctx<xdp>::data), mov(r0, 2), exit());
    CHECK(found_in(sound) == finding{});
    constexpr auto beyond = assemble_unchecked<xdp>(load<std::uint32_t>(r2, r1 + 24), mov(r0, 2), exit());
    CHECK(found_in(beyond) == finding{fault::context_access, 0});
    constexpr auto narrow = assemble_unchecked<xdp>(mov(r6, r1), load<std::uint16_t>(r2, r6 + 12), mov(r0, 2), exit());
    CHECK(found_in(narrow) == finding{fault::context_access, 1});
    constexpr auto written = assemble_unchecked<xdp>(mov(r0, 2), store<std::uint32_t>(r1 + 0, r0), exit());
    CHECK(found_in(written) == finding{fault::context_access, 1});
    constexpr auto atomic = assemble_unchecked<sched_cls>(mov(r0, 0), atomic_add<std::uint32_t>(r1 + 8, w0), exit());
    CHECK(found_in(atomic) == finding{fault::context_access, 1});
    constexpr auto moved = assemble<xdp>(add(r1, 4), mov(r0, 2), exit());
    CHECK(found_in(moved) == finding{});
    constexpr auto void_hook = assemble<lsm>(exit());
    CHECK(found_in(void_hook) == finding{});

    // Past the comparison with the end of the packet, both sides are looked at.
    constexpr auto packet = assemble_unchecked<xdp>(load(r2, r1 + ctx<xdp>::data), load(r3, r1 + ctx<xdp>::data_end),
                                                    mov(r4, r2), add(r4, 14), jump_if(r4 > r3, "short"), mov(r6, 1),
                                                    label("short"), mov(r0, r6), exit());
    CHECK(found_in(packet) == finding{fault::register_unset, 6});
    constexpr auto flipped =
        assemble_unchecked<xdp>(load(r2, r1 + ctx<xdp>::data), load(r3, r1 + ctx<xdp>::data_end), add(r2, 14),
                                jump_if(r3 < r2, "short"), mov(r6, 1), label("short"), mov(r0, r6), exit());
    CHECK(found_in(flipped) == finding{fault::register_unset, 5});
    // Known to be short, it stays short.
    constexpr auto again =
        assemble<xdp>(load(r2, r1 + ctx<xdp>::data), load(r3, r1 + ctx<xdp>::data_end), add(r2, 14),
                      jump_if(r2 > r3, "short"), mov(r0, 2), exit(), label("short"), jump_if(r2 <= r3, "never"),
                      mov(r0, 1), exit(), label("never"), mov(r0, r8), exit());
    CHECK(found_in(again) == finding{});
    CHECK(bpfxx::xdp_program::load({.insns = again, .license = "GPL"}));
    constexpr auto field = assemble_unchecked<sched_cls>(load(r2, r1 + ctx<sched_cls>::mark), jump_if(r2 == 7, "seven"),
                                                         mov(r6, 1), label("seven"), mov(r0, r6), exit());
    CHECK(found_in(field) == finding{fault::register_unset, 3});
    // Greater than the other, it is not the least; less than it, the other is not the greatest. Linux 6.12 knows that.
    constexpr auto compared = assemble<sched_cls>(
        load(r2, r1 + ctx<sched_cls>::mark), load(r3, r1 + ctx<sched_cls>::priority), jump_if(r2 > r3, "greater"),
        mov(r0, 0), exit(), label("greater"), jump_if(w3 == 0xffffffff, "never"), jump_if(w2 == 0, "never"), mov(r0, 0),
        exit(), label("never"), mov(r0, r8), exit());
    CHECK(found_in(compared) == finding{});
    if (is_6_12()) CHECK(bpfxx::sched_cls_program::load({.insns = compared, .license = "GPL"}));
    constexpr auto pointer = assemble<sched_cls>(load(r2, r1 + ctx<sched_cls>::sk), jump_if(r2 == 7, "seven"),
                                                 mov(r6, 1), label("seven"), mov(r0, 0), exit());
    CHECK(found_in(pointer) == finding{});
}

TEST_CASE("the stack") {
    auto const with = [](instruction access) {
        return std::vector<instruction>{mov(r0, 0), mov(r2, r10), add(r2, -16), access, bpfxx::insn::exit()};
    };
    try_all({
        {"its last bytes", fault::none, 0, with(store<std::uint64_t>(r10 - 8, 0))},
        {"its first bytes", fault::none, 0, with(store<std::uint64_t>(r10 - 512, 0))},
        {"below it", fault::stack_out_of_bounds, 3, with(store<std::uint64_t>(r10 - 520, 0))},
        {"partly below it", fault::stack_out_of_bounds, 3, with(store<std::uint64_t>(r10 - 516, 0))},
        {"above it", fault::stack_out_of_bounds, 3, with(store<std::uint8_t>(r10 + 0, 0))},
        {"partly above it", fault::stack_out_of_bounds, 3, with(store<std::uint32_t>(r10 - 2, 0))},
        {"through a copy", fault::none, 0, with(store<std::uint64_t>(r2 + 8, 0))},
        {"above it through a copy", fault::stack_out_of_bounds, 3, with(store<std::uint64_t>(r2 + 16, 0))},
        {"below it through a copy", fault::stack_out_of_bounds, 3, with(store<std::uint64_t>(r2 - 504, 0))},
        {"not aligned", fault::stack_misaligned, 3, with(store<std::uint32_t>(r10 - 7, 0))},
        {"not aligned by 4", fault::stack_misaligned, 3, with(store<std::uint64_t>(r2 + 4, 0))},
        {"bytes are", fault::none, 0, with(store<std::uint8_t>(r10 - 7, 0))},
        {"a load above", fault::stack_out_of_bounds, 3, with(load<std::uint8_t>(r3, r10 + 3))},
        {"an atomic above", fault::stack_out_of_bounds, 3, with(atomic_add<std::uint64_t>(r10 + 8, r0))},
        {"subtraction", fault::stack_subtraction, 3, with(sub(r2, 8))},
        {"subtraction from a number", fault::none, 0, with(sub(r0, 8))},
    });
}

TEST_CASE("subprograms have registers and a stack of their own") {
    constexpr auto arguments = assemble(mov(r1, 1), mov(r2, 2), call_subprogram("sum"), exit(), subprogram("sum"),
                                        mov(r0, r1), add(r0, r2), exit());
    constexpr auto callers =
        assemble_unchecked(mov(r6, 1), call_subprogram("read"), exit(), subprogram("read"), mov(r0, r6), exit());
    constexpr auto kept = assemble(mov(r6, 1), call_subprogram("read"), mov(r0, r6), exit(), subprogram("read"),
                                   mov(r6, 7), mov(r0, r6), exit());
    constexpr auto lost = assemble_unchecked(mov(r1, 1), call_subprogram("read"), mov(r0, r1), exit(),
                                             subprogram("read"), mov(r0, 0), exit());
    constexpr auto without_result =
        assemble(call_subprogram("nothing"), mov(r0, 0), exit(), subprogram("nothing"), exit());
    constexpr auto stack = assemble_unchecked(call_subprogram("store"), exit(), subprogram("store"), mov(r0, 0),
                                              store<std::uint64_t>(r10 + 8, 0), exit());
    try_all({
        {"arguments", fault::none, 0, list(arguments)},
        {"r6 of the caller", fault::register_unset, 3, list(callers)},
        {"r6 is kept", fault::none, 0, list(kept)},
        {"r1 is lost", fault::register_lost_in_call, 2, list(lost)},
        {"no result, not asked for", fault::none, 0, list(without_result)},
        {"its stack", fault::stack_out_of_bounds, 3, list(stack)},
        {"a jump out of one",
         fault::jump_leaves_subprogram,
         3,
         {raw(0x85, 0, 1, 0, 2), mov(r0, 0), bpfxx::insn::exit(), raw(0x05, 0, 0, -3, 0)}},
        {"a call outside", fault::call_outside, 0, {raw(0x85, 0, 1, 0, 7), mov(r0, 0), bpfxx::insn::exit()}},
        {"running into one",
         fault::runs_into_subprogram,
         1,
         {raw(0x85, 0, 1, 0, 1), mov(r0, 0), mov(r0, 1), bpfxx::insn::exit()}},
    });
}

TEST_CASE("what no factory makes") {
    try_all({
        {"empty", fault::empty, 0, {}},
        {"r11", fault::no_such_register, 0, {raw(0xbf, 0, 11, 0, 0), bpfxx::insn::exit()}},
        {"to r10", fault::write_to_r10, 1, {mov(r0, 0), raw(0xb7, 10, 0, 0, 0), bpfxx::insn::exit()}},
    });
    std::vector<instruction> const long_one(65, mov(r0, 0));
    CHECK(check<64>(long_one) == finding{fault::too_long, 64});
}

// All of it while compiling.
constexpr std::array<instruction, 2> no_result{call(helper::ktime_get_ns), mov(r1, r2)};
static_assert(check<2>(no_result).what == fault::runs_past_end);
static_assert(!check<2>(std::array<instruction, 2>{mov(r0, 0), bpfxx::insn::exit()}));
static_assert(check<2>(std::array<instruction, 2>{mov(r0, r9), bpfxx::insn::exit()}) ==
              finding{fault::register_unset, 0});

} // namespace
