// reject: this hook does not take programs of this type
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sk_skb_program; // does not say at which of the three hooks it is
#else
using program_type_here = sk_skb_verdict_program;
#endif

auto attach(program_type_here const& program, sock_map<> const& map) {
    return program.attach(sock_map_hook{.map = map});
}
