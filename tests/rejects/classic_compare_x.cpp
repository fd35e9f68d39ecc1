// reject: x cannot stand here, only a: x is an offset or a second operand
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump_if(x > 7, "on"), label("on"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(jump_if(a > 7, "on"), label("on"), ret(1));
#endif
