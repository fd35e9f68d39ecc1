// reject: there is no such register: BPF has r0 to r10
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(reg64{11}, 1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(reg64{9}, 1), mov(r0, 0), exit());
#endif
