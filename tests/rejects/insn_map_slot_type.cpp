// reject: a map slot is typed by a map that has fd\(\), key_type and value_type, or not at all
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_map(r1, map_slot<0, std::uint64_t>{});
#else
[[maybe_unused]] constexpr auto good = load_map(r1, map_slot<0, bpfxx::array_map<std::uint64_t>>{});
#endif
