// reject: a program starts with its main part: a subprogram stands after it
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(subprogram("a"), call_subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(call_subprogram("a"), exit(), subprogram("a"), exit());
#endif
