// reject: this hook does not take programs of this type
#include <bpfxx/perf/breakpoint.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr breakpoint_hook hook{.address = 0x1000, .length = 4, .access = breakpoint_access::write, .cpu = 0};

#ifdef REJECT
auto bad(kprobe_program const& program) { return program.attach(hook); }
#else
auto good(perf_event_program const& program) { return program.attach(hook); }
#endif
