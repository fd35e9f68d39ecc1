// reject: this kind of link runs programs of another type
#include <bpfxx/link/netns.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sk_msg_program;
#else
using program_type_here = flow_dissector_program;
#endif

auto update(netns_link& link, program_type_here const& next) { return link.update(next); }
