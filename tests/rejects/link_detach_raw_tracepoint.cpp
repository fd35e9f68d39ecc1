// reject: this kind of link has no BPF_LINK_DETACH: it detaches when its last descriptor and pin are gone
#include <bpfxx/link/raw_tracepoint.hpp>

#include <utility>

using namespace bpfxx;

#ifdef REJECT
void bad(raw_tracepoint_link link) { link.detach(); }
#else
void good(raw_tracepoint_link link) { auto const closed = std::move(link).release(); }
#endif
