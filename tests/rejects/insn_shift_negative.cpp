// reject: a constant shift must be 0 to 63 for r0 to r9, 0 to 31 for w0 to w9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(arsh(r1, -1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(arsh(r1, 1), mov(r0, 0), exit());
#endif
