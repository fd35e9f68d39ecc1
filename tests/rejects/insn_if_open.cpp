// reject: an if_\(\) is still open: end it with end_if\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), if_(r1 == 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), if_(r1 == 0), end_if(), exit());
#endif
