// reject: a classic filter only jumps forward: put the label after the jump
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(label("back"), add(a, 1), jump_if(a == 7, "back"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(add(a, 1), jump_if(a == 7, "on"), label("on"), ret(1));
#endif
