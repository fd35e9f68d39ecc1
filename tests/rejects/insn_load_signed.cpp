// reject: load takes std::uint8_t, uint16_t, uint32_t or uint64_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::int32_t>(r1, r6), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint32_t>(r1, r6), mov(r0, 0), exit());
#endif
