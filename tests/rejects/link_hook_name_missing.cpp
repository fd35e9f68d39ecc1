// reject: a raw tracepoint hook needs the tracepoint: give .name
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(raw_tracepoint_program const& program) { return program.attach(raw_tracepoint_hook{.cookie = 7}); }
#else
auto good(raw_tracepoint_program const& program) { return program.attach(raw_tracepoint_hook{.name = "sys_enter"}); }
#endif
