// reject: if_\(any_bits\(r1, 4\)\) has no inverse jump: mov\(r2, r1\), and_\(r2, 4\), if_\(r2 != 0\) instead
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = if_(any_bits(r1, 4));
#else
[[maybe_unused]] constexpr auto good = if_(r1 != 4);
#endif
