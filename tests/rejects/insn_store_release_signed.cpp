// reject: store_release takes std::uint8_t to uint64_t, no signed type
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store_release<std::int32_t>(r6, r1);
#else
[[maybe_unused]] constexpr auto good = store_release<std::uint32_t>(r6, r1);
#endif
