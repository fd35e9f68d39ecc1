// reject: this descriptor has no default: give it in the braces
#include <bpfxx/link/netns.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sk_lookup_program const& program) { return program.attach(netns_hook{}); }
#else
auto good(sk_lookup_program const& program, fd_ref<kind::netns> netns) {
    return program.attach(netns_hook{.netns = netns});
}
#endif
