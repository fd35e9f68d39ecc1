// reject: the register of an offset is read with all 64 bits: name it r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_packet<std::uint8_t>(w7, 0);
#else
[[maybe_unused]] constexpr auto good = load_packet<std::uint8_t>(r7, 0);
#endif
