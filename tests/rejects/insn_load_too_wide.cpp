// reject: 8 bytes need a 64-bit register: name it r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(load<std::uint64_t>(w1, r6), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(load<std::uint32_t>(w1, r6), mov(r0, 0), exit());
#endif
