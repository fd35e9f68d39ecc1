// reject: this jump goes past the last instruction: let it go to a ret\(\)
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(jump("end"), ret(1), label("end"));
#else
[[maybe_unused]] constexpr auto good = assemble(jump("end"), label("end"), ret(1));
#endif
