// reject: direct::perf_hook takes a hook that opens its event
#include <bpfxx/attach/perf.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/tracepoint.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fd_ref<kind::perf_event> event) { return direct::perf_hook{perf_event_hook{.event = event}}; }
#else
auto good() { return direct::perf_hook{tracepoint_hook{.group = "sched", .name = "sched_switch"}}; }
#endif
