// reject: a load that extends the sign fills all 64 bits: name it r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load<std::int16_t>(w1, r6);
#else
[[maybe_unused]] constexpr auto good = load<std::int16_t>(r1, r6);
#endif
