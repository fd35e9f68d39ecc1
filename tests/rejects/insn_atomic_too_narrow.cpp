// reject: atomics take uint32_t or, from an r register, uint64_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(atomic_add<std::uint16_t>(r10 - 8, r1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(atomic_add<std::uint32_t>(r10 - 8, r1), mov(r0, 0), exit());
#endif
