// reject: assemble\(\) takes instructions, labels and jumps, nothing else
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(1, ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(mov(a, 1), ret(1));
#endif
