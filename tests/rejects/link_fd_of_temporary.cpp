// reject: this borrows from a temporary, whose descriptor closes first
#include <bpfxx/link/raw_tracepoint.hpp>

using namespace bpfxx;

raw_tracepoint_link made();

#ifdef REJECT
auto bad() { return made().fd(); }
#else
auto good(raw_tracepoint_link const& link) { return link.fd(); }
#endif
