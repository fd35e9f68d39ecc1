// reject: two labels have this name: a label names one instruction
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(label("a"), mov(r0, 0), label("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(label("a"), mov(r0, 0), label("b"), exit());
#endif
