// reject: a perf event hook needs the event: give .event
#include <bpfxx/link/perf_event.hpp>

using namespace bpfxx;

#ifdef REJECT
perf_event_hook bad() { return {.cookie = 7}; }
#else
perf_event_hook good(owned_fd<kind::perf_event> const& event) { return {.event = event, .cookie = 7}; }
#endif
