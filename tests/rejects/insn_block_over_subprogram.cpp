// reject: an if_\(\) is still open: end it with end_if\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), if_(r1 == 0), call_subprogram("other"), exit(),
                                               subprogram("other"), mov(r0, 1), end_if(), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), if_(r1 == 0), call_subprogram("other"), end_if(), exit(),
                                                subprogram("other"), mov(r0, 1), exit());
#endif
