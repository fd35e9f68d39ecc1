// reject: this field has no default: give it in the braces
#include <bpfxx/link/iter.hpp>
#include <bpfxx/program/handle.hpp>

auto attach(bpfxx::iter_program const& program) {
    return program.attach(bpfxx::cgroup_iter_hook{.order = bpfxx::cgroup_iter_order::self_only});
}

#ifdef REJECT
auto attach(bpfxx::iter_program const& program, int) { return program.attach(bpfxx::cgroup_iter_hook{.cgroup_id = 1}); }
#endif
