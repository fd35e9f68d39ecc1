// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint64_t>(r10, r1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint64_t>(r9, r1), mov(r0, 0), exit());
#endif
