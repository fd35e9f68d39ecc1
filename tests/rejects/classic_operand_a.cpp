// reject: a cannot be the second operand: it is the first one already
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(add(a, a), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(add(a, x), ret(a));
#endif
