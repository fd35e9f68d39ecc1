// reject: division by the constant 0
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr instruction bad = div(a, 0);
#else
[[maybe_unused]] constexpr instruction good = div(a, 1);
#endif
