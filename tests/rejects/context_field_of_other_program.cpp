// reject: this type of program has no such field
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load(r2, r1 + ctx<program_kind::xdp>::mark);
#else
[[maybe_unused]] constexpr auto good = load(r2, r1 + ctx<program_kind::sched_cls>::mark);
#endif
