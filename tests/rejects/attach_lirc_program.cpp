// reject: this hook does not take programs of this type
#include <bpfxx/attach/lirc.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
using program_type_here = raw_tracepoint_program;
#else
using program_type_here = lirc_mode2_program;
#endif

auto attach(program_type_here const& program, fd_ref<kind::device> device) {
    return program.attach(direct::lirc_hook{.device = device});
}
