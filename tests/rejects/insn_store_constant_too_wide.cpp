// reject: immediate does not fit signed 32 bits
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(store<std::uint64_t>(r10 - 8, 0x80000000), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(store<std::uint32_t>(r10 - 8, 0x80000000), mov(r0, 0), exit());
#endif
