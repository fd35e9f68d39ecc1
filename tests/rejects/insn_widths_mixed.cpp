// reject: both registers must have one width: r with r, w with w
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(mov(r1, w2), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(mov(r1, r2), mov(r0, 0), exit());
#endif
