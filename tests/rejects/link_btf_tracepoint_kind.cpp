// reject: this hook does not take programs of this type
#include <bpfxx/link/btf_tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(raw_tracepoint_program const& program) { return program.attach(btf_tracepoint_hook{}); }
#else
auto good(btf_tracepoint_program const& program) { return program.attach(btf_tracepoint_hook{}); }
#endif
