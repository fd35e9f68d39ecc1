// reject: this program names maps: fill them, code.with\(map\)
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr insn::map_slot<0> counts{};
constexpr auto code = assemble(insn::load_map(insn::r1, counts), insn::mov(insn::r0, 0), insn::exit());

#ifdef REJECT
auto bad(fd_ref<kind::map>) { return xdp_program::load({.insns = code, .license = "GPL"}); }
#else
auto good(fd_ref<kind::map> map) { return xdp_program::load({.insns = code.with(map), .license = "GPL"}); }
#endif
