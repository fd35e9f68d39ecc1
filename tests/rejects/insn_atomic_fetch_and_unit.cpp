// reject: atomics take uint32_t or, from an r register, uint64_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = atomic_fetch_and<std::uint64_t>(r10 - 8, w1);
#else
[[maybe_unused]] constexpr auto good = atomic_fetch_and<std::uint32_t>(r10 - 8, w1);
#endif
