// reject: nothing ancillary has this offset
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint8_t>(a, packet + 0xffff'f001), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, packet + 0xffff'efff), ret(a));
#endif
