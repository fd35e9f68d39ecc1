// reject: a classic filter only jumps forward: put the label after the jump
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(label("here"), jump("here"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(jump("here"), label("here"), ret(1));
#endif
