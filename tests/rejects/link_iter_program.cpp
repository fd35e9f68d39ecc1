// reject: this hook does not take programs of this type
#include <bpfxx/link/iter.hpp>
#include <bpfxx/program/handle.hpp>

auto attach(bpfxx::iter_program const& program) { return program.attach(bpfxx::iter_hook{}); }

#ifdef REJECT
auto attach(bpfxx::fentry_program const& program) { return program.attach(bpfxx::iter_hook{}); }
#endif
