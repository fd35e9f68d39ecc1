// reject: division by the constant 0
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mod(w1, 0), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mod(w1, 1), mov(r0, 0), exit());
#endif
