// reject: division by the constant 0
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = smod(w1, 0);
#else
[[maybe_unused]] constexpr auto good = smod(w1, -1);
#endif
