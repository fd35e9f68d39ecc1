// reject: this hook does not take programs of this type
#include <bpfxx/attach/socket.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = sk_reuseport_program;
#else
using program_type_here = socket_filter_program;
#endif

auto attach(program_type_here const& program, fd_ref<kind::socket> socket) {
    return program.attach(direct::socket_hook{.socket = socket});
}
