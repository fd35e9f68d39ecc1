// reject: this hook does not take programs of this type
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(btf_tracepoint_program const& program) { return program.attach(tracing_hook{}); }
#else
auto good(fentry_program const& program) { return program.attach(tracing_hook{}); }
#endif
