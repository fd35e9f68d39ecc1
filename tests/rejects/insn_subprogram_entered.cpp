// reject: this jump would leave its subprogram: a label is reached only from inside its own
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call_subprogram("a"), jump("in"), subprogram("a"), label("in"), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(call_subprogram("a"), label("in"), mov(r0, 0), jump("in"), subprogram("a"), exit());
#endif
