// reject: byte orders are of std::uint16_t, uint32_t or uint64_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = bswap<float>(r1);
#else
[[maybe_unused]] constexpr auto good = bswap<std::uint32_t>(r1);
#endif
