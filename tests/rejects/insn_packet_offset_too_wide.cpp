// reject: immediate does not fit signed 32 bits
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_packet<std::uint8_t>(0x80000000);
#else
[[maybe_unused]] constexpr auto good = load_packet<std::uint8_t>(0x7fffffff);
#endif
