// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map(r10, map_slot<0>{}), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_map(r9, map_slot<0>{}), mov(r0, 0), exit());
#endif
