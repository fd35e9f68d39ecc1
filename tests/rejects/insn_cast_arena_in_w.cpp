// reject: an address is 64 bits wide: name its registers r0 to r10
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = arena_to_kernel(w1, r2);
#else
[[maybe_unused]] constexpr auto good = arena_to_kernel(r1, r2);
#endif
