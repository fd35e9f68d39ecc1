// reject: half of a 64-bit load: use load_imm64, load_map or load_map_value
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load_imm64(r1, 1).first, mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(load_imm64(r1, 1), mov(r0, 0), exit());
#endif
