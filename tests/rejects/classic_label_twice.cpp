// reject: two labels have this name: a label names one instruction
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump("on"), label("on"), add(a, 1), label("on"), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(jump("on"), label("on"), add(a, 1), label("off"), ret(a));
#endif
