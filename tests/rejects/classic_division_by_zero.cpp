// reject: division by the constant 0
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(div(a, 0), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(div(a, 1), ret(a));
#endif
