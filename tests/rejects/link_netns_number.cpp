// reject: a number does not say what it refers to
#include <bpfxx/link/netns.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sk_lookup_program const& program, int netns) { return program.attach(netns_hook{.netns = netns}); }
#else
auto good(sk_lookup_program const& program, fd_ref<kind::netns> netns) {
    return program.attach(netns_hook{.netns = netns});
}
#endif
