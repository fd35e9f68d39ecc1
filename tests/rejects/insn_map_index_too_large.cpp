// reject: index in fd_array must be 0 to 2147483647
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_map_value_by_index(r1, 0x80000000, 0);
#else
[[maybe_unused]] constexpr auto good = load_map_value_by_index(r1, 0x7fffffff, 0);
#endif
