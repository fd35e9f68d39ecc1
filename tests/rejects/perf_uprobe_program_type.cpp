// reject: this hook does not take programs of this type
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr uprobe_hook hook{.path = "/usr/bin/ls", .offset = 0x1234};

#ifdef REJECT
auto bad(perf_event_program const& program) { return program.attach(hook); }
#else
auto good(kprobe_program const& program) { return program.attach(hook); }
#endif
