// reject: the context of this type of program is in <bpfxx/program/context.hpp>: include it
#include <bpfxx/insn/assemble.hpp>
#ifndef REJECT
#    include <bpfxx/program/context.hpp>
#endif
#include <bpfxx/program/kinds.hpp>

using namespace bpfxx::insn;

[[maybe_unused]] constexpr auto code = assemble<bpfxx::program_kind::xdp>(mov(r0, 2), exit());
