// reject: an address is one register plus a constant: add\(\) the registers first
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(load<std::uint8_t>(r1, r6 + r7), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(add(r6, r7), load<std::uint8_t>(r1, r6), mov(r0, 0), exit());
#endif
