// reject: this hook does not take programs of this type
#include <bpfxx/link/netns.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = socket_filter_program;
#else
using program_type_here = sk_lookup_program;
#endif

auto attach(program_type_here const& program, fd_ref<kind::netns> netns) {
    return program.attach(netns_hook{.netns = netns});
}
