// reject: execution would run past the last instruction: end with exit\(\) or jump\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), label("top"), add(r0, 1), jump_if(r0 != 9, "top"));
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), label("top"), add(r0, 1), jump_if(r0 != 9, "top"), exit());
#endif
