// reject: this jump would leave its subprogram: a label is reached only from inside its own
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(label("top"), call_subprogram("a"), exit(), subprogram("a"), mov(r0, 0), jump("top"));
#else
[[maybe_unused]] constexpr auto good =
    assemble(call_subprogram("a"), exit(), subprogram("a"), label("top"), mov(r0, 0), jump("top"));
#endif
