// reject: a netfilter hook needs its place in the order: give .priority
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(netfilter_program const& program) {
    return program.attach(netfilter_hook{.family = netfilter_family::ipv4, .hook = netfilter_place::local_in});
}
#else
auto good(netfilter_program const& program) {
    return program.attach(
        netfilter_hook{.family = netfilter_family::ipv4, .hook = netfilter_place::local_in, .priority = 0});
}
#endif
