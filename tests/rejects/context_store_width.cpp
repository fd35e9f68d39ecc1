// reject: not so wide: store\(r1 \+ field, r2\) has its width
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store<std::uint16_t>(r1 + ctx<program_kind::sched_cls>::mark, r2);
#else
[[maybe_unused]] constexpr auto good = store<std::uint32_t>(r1 + ctx<program_kind::sched_cls>::mark, r2);
#endif
