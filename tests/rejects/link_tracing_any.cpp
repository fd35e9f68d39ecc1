// reject: this hook does not take programs of this type
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(tracing_program const& program) { return program.attach(tracing_hook{}); }
#else
auto good(fexit_program const& program) { return program.attach(tracing_hook{}); }
#endif
