// reject: the address of a map needs a 64-bit register: r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map(w1, map_slot<0>{}), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_map(r1, map_slot<0>{}), mov(r0, 0), exit());
#endif
