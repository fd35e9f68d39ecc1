// reject: a constant shift must be 0 to 31
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(lsh(a, 32), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(lsh(a, 31), ret(a));
#endif
