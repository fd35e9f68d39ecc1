// reject: two subprograms have this name: a call could mean either
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(call_subprogram("a"), exit(), subprogram("a"), exit(), subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(call_subprogram("a"), call_subprogram("b"), exit(), subprogram("a"), exit(), subprogram("b"), exit());
#endif
