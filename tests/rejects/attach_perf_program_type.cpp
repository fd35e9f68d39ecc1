// reject: this hook does not take programs of this type
#include <bpfxx/attach/perf.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr direct::perf_hook hook{kprobe_hook{.function = "do_unlinkat"}};

#ifdef REJECT
auto bad(tracepoint_program const& program) { return program.attach(hook); }
#else
auto good(kprobe_program const& program) { return program.attach(hook); }
#endif
