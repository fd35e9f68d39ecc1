// reject: a program needs a license: give .license, such as .?"GPL
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr auto code = assemble(insn::mov(insn::r0, 0), insn::exit());

#ifdef REJECT
auto bad() { return xdp_program::load({.insns = code, .name = "drop_all"}); }
#else
auto good() { return xdp_program::load({.insns = code, .license = "GPL", .name = "drop_all"}); }
#endif
