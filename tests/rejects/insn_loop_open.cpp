// reject: a loop\(\) is still open: end it with again\(\) or again_if\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), loop(), add(r0, 1), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), loop(), add(r0, 1), again_if(r0 < 9), exit());
#endif
