// reject: no label has the name that this jump goes to
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(r0, 0), jump("edn"), label("end"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(mov(r0, 0), jump("end"), label("end"), exit());
#endif
