// reject: this hook does not take programs of this type
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(lsm_cgroup_program const& program) { return program.attach(tracing_hook{}); }
#else
auto good(lsm_mac_program const& program) { return program.attach(tracing_hook{}); }
#endif
