// reject: this field has 8 bytes: name an r register
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load(w2, r1 + ctx<program_kind::sched_cls>::tstamp);
#else
[[maybe_unused]] constexpr auto good = load(r2, r1 + ctx<program_kind::sched_cls>::tstamp);
#endif
