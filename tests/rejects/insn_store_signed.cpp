// reject: store takes std::uint8_t, uint16_t, uint32_t or uint64_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(store<int>(r10 - 4, r1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(store<unsigned>(r10 - 4, r1), mov(r0, 0), exit());
#endif
