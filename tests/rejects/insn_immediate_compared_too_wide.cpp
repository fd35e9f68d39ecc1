// reject: immediate does not fit signed 32 bits
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(jump_if(r1 > 0xffffffff, "end"), mov(r2, 0), label("end"), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good =
    assemble(jump_if(r1 > 0xffff, "end"), mov(r2, 0), label("end"), mov(r0, 0), exit());
#endif
