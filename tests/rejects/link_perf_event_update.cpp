// reject: links of this kind keep their program: attach the other one, then close this link
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
void bad(perf_event_link link, kprobe_program const& next) { link.update(next); }
#else
auto good(perf_event_link const& link) { return link.id(); }
#endif
