// reject: an address is 64 bits wide: name its base register r0 to r10
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(load<std::uint32_t>(r1, w6), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(load<std::uint32_t>(r1, r6), mov(r0, 0), exit());
#endif
