// reject: x cannot stand here, only a: x is an offset or a second operand
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(ret(x));
#else
[[maybe_unused]] constexpr auto good = assemble(ret(a));
#endif
