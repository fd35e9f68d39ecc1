// reject: again\(\) stands in no open loop\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), again_if(r1 == 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), loop(), again_if(r1 != r1), exit());
#endif
