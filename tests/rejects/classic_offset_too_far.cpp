// reject: an offset has 32 bits
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint8_t>(a, packet + x + 0x1'0000'0000), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, packet + x + 0xffff'ffff), ret(a));
#endif
