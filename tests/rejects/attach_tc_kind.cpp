// reject: this hook does not take programs of this type
#include <bpfxx/attach/tc.hpp>
#include <bpfxx/program/handle.hpp>

constexpr bpfxx::direct::tc_hook hook{.ifindex = bpfxx::interface_index{1}, .direction = bpfxx::tc_direction::ingress};
using namespace bpfxx;

#ifdef REJECT
auto bad(sched_act_program const& program) { return program.attach(hook); }
#else
auto good(sched_cls_program const& program) { return program.attach(hook); }
#endif
