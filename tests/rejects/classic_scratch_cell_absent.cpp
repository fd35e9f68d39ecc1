// reject: scratch memory has 16 cells: scratch\[0\] to scratch\[15\]
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(store(scratch[16], a), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(store(scratch[15], a), ret(a));
#endif
