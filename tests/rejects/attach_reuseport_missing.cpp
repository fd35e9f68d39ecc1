// reject: this descriptor has no default: give it in the braces
#include <bpfxx/attach/reuseport.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(sk_reuseport_program const& program) { return program.attach(direct::reuseport_hook{}); }
#else
auto good(sk_reuseport_program const& program, fd_ref<kind::socket> socket) {
    return program.attach(direct::reuseport_hook{.socket = socket});
}
#endif
