// reject: compare the register: jump_if\(a != 0, "label"\)
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump_if(a, "on"), label("on"), ret(1));
#else
[[maybe_unused]] constexpr auto good = assemble(jump_if(a != 0, "on"), label("on"), ret(1));
#endif
