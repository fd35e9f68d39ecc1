// reject: this field has 8 bytes: name an r register
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store(r1 + ctx<program_kind::sched_cls>::tstamp, w2);
#else
[[maybe_unused]] constexpr auto good = store(r1 + ctx<program_kind::sched_cls>::tstamp, r2);
#endif
