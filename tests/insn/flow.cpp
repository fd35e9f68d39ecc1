// SPDX-License-Identifier: BSL-1.0
// What the checks keep in mind from one instruction to the next.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/insn/flow.hpp>
#include <bpfxx/program/context.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

namespace {

using namespace bpfxx::insn;
using bpfxx::program_kind::xdp;

template <std::size_t N, class Slots, class Kind>
consteval finding found_in(program_code<N, Slots, Kind> const& code) {
    return check<N, Kind>(code.instructions());
}

TEST_CASE("a call empties registers on the way that it stands on") {
    constexpr auto with_result =
        assemble_unchecked(mov(r0, 0), mov(r1, 1), call(helper::ktime_get_ns), mov(r0, r1), exit());
    static_assert(found_in(with_result) == finding{fault::register_lost_in_call, 3});
    constexpr auto on_one_way = assemble_unchecked(call(helper::get_prandom_u32), mov(r1, 1), jump_if(r0 == 0, "skip"),
                                                   call(helper::ktime_get_ns), label("skip"), mov(r0, r1), exit());
    static_assert(found_in(on_one_way) == finding{fault::register_lost_in_call, 4});
}

TEST_CASE("a register that got a value again was not lost in the call before") {
    constexpr auto code = assemble_unchecked<xdp>(load<std::uint32_t>(r7, r1 + 12), load<std::uint32_t>(r8, r1 + 16),
                                                  jump_if(r7 == 0, "never set"), jump_if(r8 == 0, "set"),
                                                  call(helper::ktime_get_ns), jump("both"), label("set"), mov(r2, 1),
                                                  label("both"), mov(r2, 5), label("never set"), mov(r0, r2), exit());
    static_assert(found_in(code) == finding{fault::register_unset, 8});
}

TEST_CASE("after a call that a kernel function may end, nothing is sure") {
    constexpr auto code = assemble(call_subprogram("ends"), mov(r0, r7), exit(), subprogram("ends"),
                                   call_kfunc(bpfxx::btf::type_id{1}), mov(r0, 0), exit());
    static_assert(found_in(code) == finding{});
    constexpr auto returns =
        assemble_unchecked(call_subprogram("returns"), mov(r0, r7), exit(), subprogram("returns"), mov(r0, 0), exit());
    static_assert(found_in(returns) == finding{fault::register_unset, 1});
}

TEST_CASE("what is surely wrong comes before what is never reached") {
    constexpr auto code = assemble_unchecked(jump("end"), mov(r0, 1), label("end"), exit());
    static_assert(found_in(code) == finding{fault::result_unset, 2});
    constexpr auto unreachable =
        assemble_unchecked(mov(r0, 1), jump("end"), mov(r0, 2), mov(r0, 3), label("end"), exit());
    static_assert(found_in(unreachable) == finding{fault::unreachable, 2});
}

TEST_CASE("only subtraction from all of a pointer to the stack") {
    static_assert(found_in(assemble_unchecked(mov(r2, r10), sub(r2, 8), mov(r0, 0), exit())) ==
                  finding{fault::stack_subtraction, 1});
    static_assert(found_in(assemble(mov(r2, r10), sub(w2, 8), mov(r0, 0), exit())) == finding{});
}

} // namespace
