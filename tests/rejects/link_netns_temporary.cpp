// reject: borrows from a temporary that closes at once: name the owner
#include <bpfxx/fd.hpp>
#include <bpfxx/link/netns.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

using owned_netns = owned_fd<kind::netns>;

#ifdef REJECT
auto bad(sk_lookup_program const& program, owned_netns (*make)()) {
    return program.attach(netns_hook{.netns = make()});
}
#else
auto good(sk_lookup_program const& program, owned_netns const& netns) {
    return program.attach(netns_hook{.netns = netns});
}
#endif
