// reject: load takes std::uint8_t to uint64_t, or std::int8_t to int32_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load<float>(r1, r6);
#else
[[maybe_unused]] constexpr auto good = load<std::uint32_t>(r1, r6);
#endif
