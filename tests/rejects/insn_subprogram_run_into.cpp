// reject: execution would run into the next subprogram: end with exit\(\) or jump\(\) before it
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call_subprogram("a"), subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(call_subprogram("a"), exit(), subprogram("a"), exit());
#endif
