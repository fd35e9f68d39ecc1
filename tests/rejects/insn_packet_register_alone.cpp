// reject: a register needs a constant beside it: load_packet<T>\(r7, 0\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_packet<std::uint8_t>(r7);
#else
[[maybe_unused]] constexpr auto good = load_packet<std::uint8_t>(r7, 0);
#endif
