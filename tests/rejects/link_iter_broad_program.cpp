// reject: this hook does not take programs of this type
#include <bpfxx/link/iter.hpp>
#include <bpfxx/program/handle.hpp>

auto attach(bpfxx::iter_program const& program) { return program.attach(bpfxx::task_iter_hook{.process = 1}); }

#ifdef REJECT
// Which hook a program of this type was loaded for is only known at run time.
auto attach(bpfxx::tracing_program const& program) { return program.attach(bpfxx::task_iter_hook{.process = 1}); }
#endif
