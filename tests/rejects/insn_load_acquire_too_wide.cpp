// reject: 8 bytes need a 64-bit register: name it r0 to r9
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_acquire<std::uint64_t>(w1, r6);
#else
[[maybe_unused]] constexpr auto good = load_acquire<std::uint32_t>(w1, r6);
#endif
