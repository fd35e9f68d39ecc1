// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = arena_to_kernel(r10, r2);
#else
[[maybe_unused]] constexpr auto good = arena_to_kernel(r9, r2);
#endif
