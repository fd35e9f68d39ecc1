// reject: this access to the stack is not aligned: its offset must be a multiple of its size
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(store<std::uint64_t>(r10 - 12, 0), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(store<std::uint64_t>(r10 - 16, 0), mov(r0, 0), exit());
#endif
