// reject: the last label names no instruction: a jump to it would leave the program
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), jump("end"), exit(), label("end"));
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), jump("end"), label("end"), exit());
#endif
