// reject: byte offset lies outside the value of this map
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>

using namespace bpfxx::insn;

constexpr map_slot<0, bpfxx::array_map<std::uint64_t>> totals{};

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_map_value(r1, totals, 8);
#else
[[maybe_unused]] constexpr auto good = load_map_value(r1, totals, 7);
#endif
