// reject: constant does not fit 32 bits: a classic filter has no wider ones
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(mov(a, 0x1'0000'0000), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(mov(a, 0xffff'ffff), ret(a));
#endif
