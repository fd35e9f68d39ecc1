// reject: byte offset into a map value must be 0 to 536870911
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_map_value_by_index(r1, 0, 536870912);
#else
[[maybe_unused]] constexpr auto good = load_map_value_by_index(r1, 0, 536870911);
#endif
