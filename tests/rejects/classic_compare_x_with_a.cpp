// reject: a stands on the left: a == x
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump_if(x == a, "on"), label("on"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(jump_if(a == x, "on"), label("on"), ret(1));
#endif
