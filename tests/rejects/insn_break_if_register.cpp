// reject: compare the register: break_if\(r0 != 0\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = break_if(r0);
#else
[[maybe_unused]] constexpr auto good = break_if(r0 != 0);
#endif
