// reject: this instruction reads a register that nothing has set on some way to it
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, r6), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r6, 1), mov(r0, r6), exit());
#endif
