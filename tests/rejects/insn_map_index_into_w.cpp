// reject: the address of a map needs a 64-bit register: r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_map_by_index(w1, 0);
#else
[[maybe_unused]] constexpr auto good = load_map_by_index(r1, 0);
#endif
