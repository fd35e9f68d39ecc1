// reject: immediate does not fit 32 bits: a w register takes -2147483648 to 4294967295
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = add(w1, -2147483649);
#else
[[maybe_unused]] constexpr auto good = add(w1, -2147483648);
#endif
