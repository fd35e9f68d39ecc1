// reject: constant does not fit the bytes that the store writes: widen the store or the value is cut
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(store<std::uint8_t>(r10 - 1, 256), mov(r0, 0), exit());
#else
[[maybe_unused]] constexpr auto good = assemble(store<std::uint8_t>(r10 - 1, 255), mov(r0, 0), exit());
#endif
