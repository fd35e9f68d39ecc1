// reject: this kind of link has no BPF_LINK_DETACH: it detaches when its last descriptor and pin are gone
#include <bpfxx/link/perf_event.hpp>

#include <utility>

using namespace bpfxx;

#ifdef REJECT
void bad(perf_event_link link) { link.detach(); }
#else
void good(perf_event_link link) { auto const closed = std::move(link).release(); }
#endif
