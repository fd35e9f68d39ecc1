// reject: this field has no default: give it in the braces
#include <bpfxx/link/iter.hpp>
#include <bpfxx/program/handle.hpp>

auto attach(bpfxx::iter_program const& program, bpfxx::fd_ref<bpfxx::kind::map> map) {
    return program.attach(bpfxx::map_iter_hook{.map = map});
}

#ifdef REJECT
auto attach(bpfxx::iter_program const& program) { return program.attach(bpfxx::map_iter_hook{}); }
#endif
