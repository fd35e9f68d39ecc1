// reject: immediate does not fit 32 bits: a w register takes -2147483648 to 4294967295
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = mov(w1, 0x100000000);
#else
[[maybe_unused]] constexpr auto good = mov(w1, 0xffffffff);
#endif
