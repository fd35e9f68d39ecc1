// reject: compare the register: if_\(r0 != 0\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = if_(r0);
#else
[[maybe_unused]] constexpr auto good = if_(r0 != 0);
#endif
