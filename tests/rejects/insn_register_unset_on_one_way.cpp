// reject: this instruction reads a register that nothing has set on some way to it
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(call(helper::get_prandom_u32), if_(r0 == 0), mov(r6, 1), end_if(), mov(r0, r6), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(call(helper::get_prandom_u32), if_(r0 == 0), mov(r6, 1), else_(),
                                                mov(r6, 2), end_if(), mov(r0, r6), exit());
#endif
