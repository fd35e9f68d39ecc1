// reject: no label has the name that this jump goes to
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump_if(a == 7, "yes", "no"), label("yes"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(jump_if(a == 7, "yes", "yes"), label("yes"), ret(1));
#endif
