// reject: the context has a 64-bit address
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load(r2, w1 + ctx<program_kind::xdp>::data);
#else
[[maybe_unused]] constexpr auto good = load(r2, r1 + ctx<program_kind::xdp>::data);
#endif
