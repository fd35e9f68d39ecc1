// reject: displacement does not fit the signed 16-bit off field
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble_unchecked(load<std::uint8_t>(r1, r6 - 32767 - 2), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble_unchecked(load<std::uint8_t>(r1, r6 - 32767 - 1), mov(r0, 0), exit());
#endif
