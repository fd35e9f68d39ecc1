// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(w10, 1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(w9, 1), mov(r0, 0), exit());
#endif
