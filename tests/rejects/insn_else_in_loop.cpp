// reject: else_\(\) stands in no open if_\(\): a loop\(\) inside it ends with again\(\) before
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(mov(r0, 0), if_(r1 == 0), loop(), add(r0, 1), else_(), again_if(r0 < 9), end_if(), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r0, 0), if_(r1 == 0), loop(), add(r0, 1), again_if(r0 < 9), else_(), mov(r0, 1), end_if(), exit());
#endif
