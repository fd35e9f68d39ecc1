// reject: 8 bytes need a 64-bit register: name it r0 to r10
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(store<std::uint64_t>(r10 - 8, w1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(store<std::uint64_t>(r10 - 8, r1), mov(r0, 0), exit());
#endif
