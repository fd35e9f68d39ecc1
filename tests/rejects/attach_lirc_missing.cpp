// reject: this descriptor has no default: give it in the braces
#include <bpfxx/attach/lirc.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(lirc_mode2_program const& program) { return program.attach(direct::lirc_hook{}); }
#else
auto good(lirc_mode2_program const& program, fd_ref<kind::device> device) {
    return program.attach(direct::lirc_hook{.device = device});
}
#endif
