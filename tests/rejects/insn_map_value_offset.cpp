// reject: byte offset into a map value must be 0 to 536870911
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map_value(r1, map_slot<0>{}, 536870912), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_map_value(r1, map_slot<0>{}, 536870911), mov(r0, 0), exit());
#endif
