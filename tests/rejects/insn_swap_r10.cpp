// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = to_be<std::uint64_t>(r10);
#else
[[maybe_unused]] constexpr auto good = to_be<std::uint64_t>(r9);
#endif
