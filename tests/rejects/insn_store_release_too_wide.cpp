// reject: 8 bytes need a 64-bit register: name it r0 to r10
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store_release<std::uint64_t>(r6, w1);
#else
[[maybe_unused]] constexpr auto good = store_release<std::uint64_t>(r6, r1);
#endif
