// reject: a map is named through its slot: use load_map or load_map_value
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map(r1, map_slot<0>{}).code, mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_map(r1, map_slot<0>{}), mov(r0, 0), exit());
#endif
