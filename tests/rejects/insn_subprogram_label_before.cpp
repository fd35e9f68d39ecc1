// reject: the label before subprogram\(\) names no instruction: a jump to it would leave its subprogram
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call_subprogram("a"), exit(), label("end"), subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(call_subprogram("a"), label("end"), exit(), subprogram("a"), exit());
#endif
