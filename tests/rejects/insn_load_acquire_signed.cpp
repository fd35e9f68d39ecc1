// reject: load_acquire takes std::uint8_t to uint64_t, no signed type
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load_acquire<std::int32_t>(r1, r6);
#else
[[maybe_unused]] constexpr auto good = load_acquire<std::uint32_t>(r1, r6);
#endif
