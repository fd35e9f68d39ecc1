// reject: this access is outside the stack: it has 512 bytes, r10 - 512 to r10 - 1
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(mov(r2, r10), add(r2, -512), store<std::uint64_t>(r2 - 8, 0), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r2, r10), add(r2, -512), store<std::uint64_t>(r2, 0), mov(r0, 0), exit());
#endif
