// reject: this hook does not take programs of this type
#include <bpfxx/attach/netns.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sk_lookup_program;
#else
using program_type_here = flow_dissector_program;
#endif

auto attach(program_type_here const& program) { return program.attach(direct::netns_hook{}); }
