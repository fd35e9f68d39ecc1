// reject: this hook does not take programs of this type
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr raw_tracepoint_hook hook{.name = "sys_enter"};

#ifdef REJECT
auto bad(xdp_program const& program) { return program.attach(hook); }
#else
auto good(raw_tracepoint_program const& program) { return program.attach(hook); }
#endif
