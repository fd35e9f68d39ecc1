// reject: this map holds programs of another type than this one
#include <bpfxx/map/program_array.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using step = sched_cls_program;
#else
using step = xdp_program;
#endif

auto set(program_array<program_kind::xdp> const& steps, step const& program) { return steps.update(0, program); }
