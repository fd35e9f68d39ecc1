// reject: links of this kind keep their program: attach the other one, then close this link
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
void bad(kprobe_multi_link link, kprobe_multi_program const& next) { link.update(next); }
#else
auto good(kprobe_multi_link const& link) { return link.id(); }
#endif
