// reject: a constant shift must be 0 to 63 for r0 to r9, 0 to 31 for w0 to w9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = shl(w1, 0xffffffff);
#else
[[maybe_unused]] constexpr auto good = shl(w1, 31);
#endif
