// reject: this hook does not take programs of this type
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr tracepoint_hook hook{.group = "sched", .name = "sched_switch"};

#ifdef REJECT
auto bad(raw_tracepoint_program const& program) { return program.attach(hook); }
#else
auto good(tracepoint_program const& program) { return program.attach(hook); }
#endif
