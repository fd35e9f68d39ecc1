// reject: this kind of link has no BPF_LINK_DETACH
#include <bpfxx/link/iter.hpp>

auto close(bpfxx::iter_link link) { return link.id(); }

#ifdef REJECT
auto detach(bpfxx::iter_link& link) { return link.detach(); }
#endif
