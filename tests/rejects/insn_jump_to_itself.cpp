// reject: this jump goes to itself and would never end: put the label elsewhere
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(label("wait"), jump_if(r1 == 0, "wait"), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(label("wait"), add(r1, 1), jump_if(r1 == 0, "wait"), mov(r0, 0), exit());
#endif
