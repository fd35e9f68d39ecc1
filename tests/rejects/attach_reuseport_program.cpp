// reject: this hook does not take programs of this type
#include <bpfxx/attach/reuseport.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sk_lookup_program;
#else
using program_type_here = sk_reuseport_program;
#endif

auto attach(program_type_here const& program, fd_ref<kind::socket> socket) {
    return program.attach(direct::reuseport_hook{.socket = socket});
}
