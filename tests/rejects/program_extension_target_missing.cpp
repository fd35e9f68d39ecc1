// reject: an extension replaces a function of another program: give .attach_target
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

auto load(program_text<program_kind::ext> code, btf::type_id function, [[maybe_unused]] fd_ref<kind::program> target) {
#ifdef REJECT
    return ext_program::load({.insns = code, .license = "GPL", .attach_btf_id = function});
#else
    return ext_program::load({.insns = code, .license = "GPL", .attach_btf_id = function, .attach_target = target});
#endif
}
