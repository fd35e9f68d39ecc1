// reject: a program needs at least one instruction
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(label("end"));
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(label("end"), exit());
#endif
