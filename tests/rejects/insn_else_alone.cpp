// reject: else_\(\) stands in no open if_\(\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), else_(), mov(r0, 1), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), if_(r1 == 0), else_(), mov(r0, 1), end_if(), exit());
#endif
