// reject: two instructions give one slot different kinds or types: number the slots apart
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map(r1, map_slot<0>{}), call(kfunc_slot<0>{}), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_map(r1, map_slot<0>{}), call(kfunc_slot<1>{}), mov(r0, 0), exit());
#endif
