// reject: compare the register: again_if\(r0 != 0\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = again_if(r0);
#else
[[maybe_unused]] constexpr auto good = again_if(r0 != 0);
#endif
