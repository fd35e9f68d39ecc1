// reject: no subprogram has the name that this call or load gives
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call_subprogram("b"), exit(), subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(call_subprogram("a"), exit(), subprogram("a"), exit());
#endif
