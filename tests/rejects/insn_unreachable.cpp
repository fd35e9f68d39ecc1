// reject: nothing leads to this instruction: the kernel refuses code that cannot be reached
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), exit(), mov(r0, 1), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r0, 0), jump_if(r0 == 1, "one"), exit(), label("one"), mov(r0, 1), exit());
#endif
