// reject: a packet load takes std::uint8_t, uint16_t or uint32_t
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::int8_t>(a, packet + 14), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, packet + 14), ret(a));
#endif
