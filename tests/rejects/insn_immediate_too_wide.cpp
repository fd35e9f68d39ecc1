// reject: immediate does not fit signed 32 bits: put it into a register with load_imm64 first
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r1, 0x80000000), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r1, 0x7fffffff), mov(r0, 0), exit());
#endif
