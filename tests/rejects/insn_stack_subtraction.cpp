// reject: the kernel subtracts nothing from a copy of r10: add a negative number
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r2, r10), sub(r2, 8), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r2, r10), add(r2, -8), mov(r0, 0), exit());
#endif
