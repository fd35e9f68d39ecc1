// reject: constant does not fit the bytes that the store writes
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store(r1 + ctx<program_kind::sched_cls>::mark, std::int64_t{1} << 32);
#else
[[maybe_unused]] constexpr auto good = store(r1 + ctx<program_kind::sched_cls>::mark, 0xffffffffu);
#endif
