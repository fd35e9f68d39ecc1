// reject: a program of this type is for a function or a struct: give .attach_btf_id
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad(program_text<program_kind::fentry> code) { return fentry_program::load({.insns = code, .license = "GPL"}); }
#else
auto good(program_text<program_kind::fentry> code, btf::type_id function) {
    return fentry_program::load({.insns = code, .license = "GPL", .attach_btf_id = function});
}
#endif
