// reject: links of this kind keep their program: attach the other one, then close this link
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
void bad(netfilter_link& link, netfilter_program const& next) { link.update(next); }
#else
auto good(netfilter_link& link) { return link.detach(); }
#endif
