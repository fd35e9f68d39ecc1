// reject: this hook does not take programs of this type
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(uprobe_multi_program const& program, owned_fd<kind::perf_event> const& event) {
    return program.attach(perf_event_hook{.event = event});
}
#else
auto good(kprobe_program const& program, owned_fd<kind::perf_event> const& event) {
    return program.attach(perf_event_hook{.event = event});
}
#endif
