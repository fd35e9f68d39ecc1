// reject: this reads one of r1 to r5 after a call, which empties them: keep the value in r6 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(call(helper::ktime_get_ns), load<std::uint32_t>(r0, r1 + 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r6, r1), call(helper::ktime_get_ns), load<std::uint32_t>(r0, r6 + 0), exit());
#endif
