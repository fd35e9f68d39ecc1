// reject: nothing follows the last end_if\(\) or again\(\): the jump there would leave the program
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), if_(r1 == 0), exit(), end_if());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), if_(r1 == 0), exit(), end_if(), exit());
#endif
