// reject: this helper takes an argument in one of r1 to r5 that an earlier call has emptied
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr map_slot<0> counts{};

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r2, r10), add(r2, -8), call(helper::ktime_get_ns),
                                               load_map(r1, counts), call(helper::map_lookup_elem), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(call(helper::ktime_get_ns), mov(r2, r10), add(r2, -8), load_map(r1, counts), call(helper::map_lookup_elem),
             mov(r0, 0), exit());
#endif
