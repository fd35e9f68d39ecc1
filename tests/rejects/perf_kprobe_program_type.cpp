// reject: this hook does not take programs of this type
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr kprobe_hook hook{.function = "do_unlinkat"};

#ifdef REJECT
auto bad(kprobe_multi_program const& program) { return program.attach(hook); }
#else
auto good(kprobe_program const& program) { return program.attach(hook); }
#endif
