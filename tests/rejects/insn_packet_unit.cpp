// reject: load_packet takes std::uint8_t, uint16_t or uint32_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_packet<std::uint64_t>(0);
#else
[[maybe_unused]] constexpr auto good = load_packet<std::uint32_t>(0);
#endif
