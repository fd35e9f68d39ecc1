// reject: nothing calls or loads this subprogram: the kernel refuses code that cannot be reached
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), exit(), subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_subprogram(r2, "a"), mov(r0, 0), exit(), subprogram("a"), exit());
#endif
