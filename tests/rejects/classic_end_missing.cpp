// reject: the last instruction must be a ret\(\)
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(ret(1), mov(a, 1));
#else
[[maybe_unused]] constexpr auto good = assemble(mov(a, 1), ret(1));
#endif
