// reject: this scratch cell may be read before it is stored: store it on every path to here
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad =
    assemble(jump_if(a == 0, "on"), store(scratch[1], a), label("on"), load(a, scratch[1]), ret(a));
#else
[[maybe_unused]] constexpr auto good =
    assemble(store(scratch[1], a), jump_if(a == 0, "on"), label("on"), load(a, scratch[1]), ret(a));
#endif
