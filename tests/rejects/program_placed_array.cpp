// reject: these remember their places in C\+\+: name the element type
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

#ifdef REJECT
auto bad() { return xdp_program::load({.insns = std::array{insn::mov(insn::r0, 2), insn::exit()}, .license = "GPL"}); }
#else
auto good() {
    return xdp_program::load(
        {.insns = std::array<insn::instruction, 2>{insn::mov(insn::r0, 2), insn::exit()}, .license = "GPL"});
}
#endif
