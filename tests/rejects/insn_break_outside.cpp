// reject: break_\(\) and break_if\(\) leave a loop\(\): there is none around them
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), if_(r1 == 0), break_if(r0 == 0), end_if(), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r0, 0), loop(), add(r0, 1), if_(r0 == 3), break_if(r0 == 3), end_if(), again_if(r0 < 9), exit());
#endif
