// reject: this field has no default: give it in the braces
#include <bpfxx/attach/tc.hpp>
#include <bpfxx/program/handle.hpp>

constexpr bpfxx::interface_index device{1};

using namespace bpfxx;

#ifdef REJECT
auto bad(sched_cls_program const& program) { return program.attach(direct::tc_hook{.ifindex = device}); }
#else
auto good(sched_cls_program const& program) {
    return program.attach(direct::tc_hook{.ifindex = device, .direction = tc_direction::egress});
}
#endif
