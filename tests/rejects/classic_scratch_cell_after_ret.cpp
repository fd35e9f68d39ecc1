// reject: where the kernel takes no ret\(\) for the end of a path
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump_if(a == 0, "drop"), store(scratch[1], a), jump("on"), label("drop"),
                                               ret(0), label("on"), load(a, scratch[1]), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(store(scratch[1], a), jump_if(a == 0, "drop"), jump("on"),
                                                label("drop"), ret(0), label("on"), load(a, scratch[1]), ret(a));
#endif
