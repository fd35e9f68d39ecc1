// reject: a subprogram needs at least one instruction
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call_subprogram("a"), exit(), subprogram("a"), subprogram("b"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(call_subprogram("a"), exit(), subprogram("a"), exit());
#endif
