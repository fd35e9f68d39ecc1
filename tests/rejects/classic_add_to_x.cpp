// reject: x cannot stand here, only a: x is an offset or a second operand
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(add(x, 1), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(add(a, 1), ret(a));
#endif
