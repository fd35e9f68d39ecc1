// reject: this kind of link has no BPF_LINK_DETACH: it detaches when its last descriptor and pin are gone
#include <bpfxx/link/kprobe_multi.hpp>

#include <utility>

using namespace bpfxx;

#ifdef REJECT
void bad(kprobe_multi_link link) { link.detach(); }
#else
void good(kprobe_multi_link link) { auto const closed = std::move(link).release(); }
#endif
