// reject: this jump goes past the last instruction: let it go to a ret\(\)
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(instruction{0x15, 0, 2, 7}, ret(1), ret(2));
#else
[[maybe_unused]] constexpr auto good = assemble(instruction{0x15, 0, 1, 7}, ret(1), ret(2));
#endif
