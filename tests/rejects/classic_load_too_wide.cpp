// reject: a packet load takes std::uint8_t, uint16_t or uint32_t
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint64_t>(a, packet + 14), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint32_t>(a, packet + 14), ret(a));
#endif
