// reject: r10 is the frame pointer and read only: copy it first, mov\(r2, r10\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(add(r10, -8), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r2, r10), add(r2, -8), mov(r0, 0), exit());
#endif
