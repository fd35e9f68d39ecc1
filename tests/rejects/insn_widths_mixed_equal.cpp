// reject: both registers must have one width: r with r, w with w
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble_unchecked(jump_if(w1 == r2, "end"), mov(r1, 0), label("end"), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble_unchecked(jump_if(w1 == w2, "end"), mov(r1, 0), label("end"), mov(r0, 0), exit());
#endif
