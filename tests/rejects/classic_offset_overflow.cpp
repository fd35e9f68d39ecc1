// reject: an offset has 32 bits
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint8_t>(a, packet + 0xffff'ffff'ffff'ffff), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, packet + 0xffff), ret(a));
#endif
