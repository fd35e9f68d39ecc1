// reject: assemble\(\) takes instructions, labels and jumps, nothing else
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), r0 == 0, exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), jump_if(r0 == 0, "end"), label("end"), exit());
#endif
