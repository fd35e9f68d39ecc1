// reject: this field has no default: give it in the braces
#include <bpfxx/perf/tracepoint.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr tracepoint_hook bad{.group = "sched"};
#else
inline constexpr tracepoint_hook good{.group = "sched", .name = "sched_switch"};
#endif
