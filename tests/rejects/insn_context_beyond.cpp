// reject: this type of program has no such field in its context: see ctx<...>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/context.hpp>

using namespace bpfxx::insn;
using bpfxx::program_kind::xdp;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble<xdp>(load<std::uint32_t>(r2, r1 + 24), mov(r0, 2), exit());
#else
[[maybe_unused]] constexpr auto good = assemble<xdp>(load<std::uint32_t>(r2, r1 + 20), mov(r0, 2), exit());
#endif
