// reject: a filter needs at least one instruction
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(label("nothing"));
#else
[[maybe_unused]] constexpr auto good = assemble(label("nothing"), ret(1));
#endif
