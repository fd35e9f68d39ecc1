// reject: immediate does not fit signed 32 bits
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(add(r1, -2147483649), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(add(r1, -2147483648), mov(r0, 0), exit());
#endif
