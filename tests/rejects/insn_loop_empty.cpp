// reject: a loop needs an instruction between loop\(\) and again\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), loop(), again(), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), loop(), add(r0, 1), break_if(r0 == 9), again(), exit());
#endif
