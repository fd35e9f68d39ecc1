// reject: an address needs a 64-bit register: r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map_value(w1, map_slot<0>{}, 8), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_map_value(r1, map_slot<0>{}, 8), mov(r0, 0), exit());
#endif
