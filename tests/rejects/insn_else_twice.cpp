// reject: this if_\(\) has an else_\(\) already
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), if_(r1 == 0), else_(), else_(), end_if(), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), if_(r1 == 0), else_(), end_if(), exit());
#endif
