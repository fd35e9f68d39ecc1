// reject: this type of program has no such field
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load(r2, r1 + ctx<program_kind::xdp>::cb[1]);
#else
[[maybe_unused]] constexpr auto good = load(r2, r1 + ctx<program_kind::socket_filter>::cb[1]);
#endif
