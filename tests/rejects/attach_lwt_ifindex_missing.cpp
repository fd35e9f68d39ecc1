// reject: this field has no default: give it in the braces
#include <bpfxx/attach/lwt.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx::literals;

using namespace bpfxx;

#ifdef REJECT
auto bad(lwt_in_program const& program) { return program.attach(direct::lwt_hook{.destination = "10.0.0.0/8"_ipv4}); }
#else
auto good(lwt_in_program const& program) {
    return program.attach(direct::lwt_hook{.destination = "10.0.0.0/8"_ipv4, .ifindex = interface_index{1}});
}
#endif
