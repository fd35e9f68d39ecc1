// reject: this jump goes to itself and would never end: put the label elsewhere
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), label("wait"), jump("wait"));
#else
[[maybe_unused]] constexpr auto good =
    assemble(mov(r0, 0), label("wait"), add(r0, 1), jump_if(r0 != 9, "wait"), exit());
#endif
