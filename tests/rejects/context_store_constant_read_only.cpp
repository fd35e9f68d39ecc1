// reject: programs of this type may only read this field
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store(r1 + ctx<program_kind::xdp>::data, 7);
#else
[[maybe_unused]] constexpr auto good = store(r1 + ctx<program_kind::sched_cls>::cb[0], 7);
#endif
