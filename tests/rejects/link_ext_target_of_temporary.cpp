// reject: this borrows from a temporary, whose descriptor closes first
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

xdp_program made();

#ifdef REJECT
auto bad(btf::type_id function) { return ext_hook{.target = made().fd(), .function = function}; }
#else
auto good(xdp_program const& target, btf::type_id function) {
    return ext_hook{.target = target.fd(), .function = function};
}
#endif
