// reject: deleted function((?! = delete).)* = delete; // the kernel writes its answer into this attribute: pass a variable, not a temporary
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad() { return sys::call(sys::attr::prog_load{.prog_type = program_type::xdp}); }
#else
auto good() {
    sys::attr::prog_load load{.prog_type = program_type::xdp};
    return sys::call(load);
}
#endif
