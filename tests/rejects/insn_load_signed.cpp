// reject: 8 bytes leave no sign to extend: load<std::uint64_t>
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load<std::int64_t>(r1, r6);
#else
[[maybe_unused]] constexpr auto good = load<std::int32_t>(r1, r6);
#endif
