// reject: this hook does not take programs of this type
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr hardware_event_hook hook{.event = hardware_event::cpu_cycles, .rate = sample_rate::every(1000), .pid = 0};

#ifdef REJECT
auto bad(kprobe_program const& program) { return program.attach(hook); }
#else
auto good(perf_event_program const& program) { return program.attach(hook); }
#endif
