// reject: this descriptor has no default: give it in the braces
#include <bpfxx/attach/socket.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(socket_filter_program const& program) { return program.attach(direct::socket_hook{}); }
#else
auto good(socket_filter_program const& program, fd_ref<kind::socket> socket) {
    return program.attach(direct::socket_hook{.socket = socket});
}
#endif
