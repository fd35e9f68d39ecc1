// reject: this kind of link runs programs of another type
#include <bpfxx/link/iter.hpp>
#include <bpfxx/program/handle.hpp>

auto update(bpfxx::iter_link& link, bpfxx::iter_program const& next) { return link.update(next); }

#ifdef REJECT
auto update(bpfxx::iter_link& link, bpfxx::fentry_program const& next) { return link.update(next); }
#endif
