// reject: this hook does not take programs of this type
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr netfilter_hook hook{.family = netfilter_family::ipv4, .hook = netfilter_place::local_in, .priority = 0};

#ifdef REJECT
auto bad(sk_lookup_program const& program) { return program.attach(hook); }
#else
auto good(netfilter_program const& program) { return program.attach(hook); }
#endif
