// reject: there is no such instruction: Linux does not take this code
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(instruction{0x0e, 0, 0, 0}, ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(instruction{0x16, 0, 0, 0}, ret(1));
#endif
