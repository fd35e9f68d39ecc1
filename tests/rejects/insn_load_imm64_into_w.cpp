// reject: a 64-bit constant needs a 64-bit register: name it r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_imm64(w1, 1), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_imm64(r1, 1), mov(r0, 0), exit());
#endif
