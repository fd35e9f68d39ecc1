// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = atomic_fetch_or<std::uint64_t>(r1, r10);
#else
[[maybe_unused]] constexpr auto good = atomic_fetch_or<std::uint64_t>(r1, r9);
#endif
