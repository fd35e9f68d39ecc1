// reject: this hook does not take programs of this type
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(iter_program const& program) { return program.attach(tracing_hook_without_cookie{}); }
#else
auto good(modify_return_program const& program) { return program.attach(tracing_hook_without_cookie{}); }
#endif
