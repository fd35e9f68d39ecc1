// reject: again\(\) stands in no open loop\(\): an if_\(\) inside it ends with end_if\(\) before
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(mov(r0, 0), loop(), add(r0, 1), if_(r0 == 3), again_if(r0 < 9), end_if(), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r0, 0), loop(), add(r0, 1), if_(r0 == 3), end_if(), again_if(r0 < 9), exit());
#endif
