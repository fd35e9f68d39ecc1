// reject: constant does not fit 32 bits: a classic filter has no wider ones
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(ret(-0x8000'0001LL));
#else
[[maybe_unused]] constexpr auto good = assemble(ret(-0x8000'0000LL));
#endif
