// reject: the program ends without a result on some way: set r0 before exit\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r6, r1), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), exit());
#endif
