// reject: direct::tracefs_probe_hook takes a kprobe_hook or a uprobe_hook
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/perf/tracepoint.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad() { return direct::tracefs_probe_hook{tracepoint_hook{.group = "sched", .name = "sched_switch"}}; }
#else
auto good() { return direct::tracefs_probe_hook{uprobe_hook{.path = "/usr/bin/ls", .offset = 0x1000}}; }
#endif
