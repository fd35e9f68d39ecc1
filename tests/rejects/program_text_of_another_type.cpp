// reject: these instructions were assembled for another type of program: load them as that one
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr auto code = insn::assemble<program_kind::xdp>(insn::mov(insn::r0, 2), insn::exit());

#ifdef REJECT
auto bad() { return socket_filter_program::load({.insns = code, .license = "GPL"}); }
#else
auto good() { return xdp_program::load({.insns = code, .license = "GPL"}); }
#endif
