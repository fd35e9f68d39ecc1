// reject: an address needs a 64-bit register: r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(load_subprogram(w2, "a"), exit(), subprogram("a"), exit());
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(load_subprogram(r2, "a"), exit(), subprogram("a"), exit());
#endif
