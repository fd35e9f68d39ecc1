// reject: a change of byte order writes all 64 bits: name the register r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = to_be<std::uint16_t>(w1);
#else
[[maybe_unused]] constexpr auto good = to_be<std::uint16_t>(r1);
#endif
