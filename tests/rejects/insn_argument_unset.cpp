// reject: this helper takes an argument in a register that nothing has set on some way to it
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

constexpr map_slot<0> counts{};

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_map(r1, counts), call(helper::map_lookup_elem), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(load_map(r1, counts), mov(r2, r10), add(r2, -8), call(helper::map_lookup_elem), mov(r0, 0), exit());
#endif
