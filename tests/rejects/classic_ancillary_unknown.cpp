// reject: nothing ancillary has this offset
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load(a, ancillary{64}), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load(a, ancillary{60}), ret(a));
#endif
