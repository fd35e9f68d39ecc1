// reject: a constant shift must be 0 to 31
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(rsh(a, -1), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(rsh(a, 1), ret(a));
#endif
