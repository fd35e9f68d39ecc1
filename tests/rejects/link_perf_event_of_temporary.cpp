// reject: this event closes at once: name the owner
#include <bpfxx/link/perf_event.hpp>

using namespace bpfxx;

owned_fd<kind::perf_event> opened();

#ifdef REJECT
perf_event_hook bad() { return {.event = opened()}; }
#else
perf_event_hook good(owned_fd<kind::perf_event> const& event) { return {.event = event}; }
#endif
