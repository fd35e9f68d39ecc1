// reject: this hook does not take programs of this type
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(fentry_program const& program) { return program.attach(ext_hook{}); }
#else
auto good(ext_program const& program) { return program.attach(ext_hook{}); }
#endif
