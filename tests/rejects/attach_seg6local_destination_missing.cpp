// reject: this field has no default: give it in the braces
#include <bpfxx/attach/seg6local.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx::literals;

using namespace bpfxx;

#ifdef REJECT
auto bad(lwt_seg6local_program const& program) {
    return program.attach(direct::seg6local_hook{.ifindex = interface_index{1}});
}
#else
auto good(lwt_seg6local_program const& program) {
    return program.attach(direct::seg6local_hook{.destination = "fd00::1"_ipv6, .ifindex = interface_index{1}});
}
#endif
