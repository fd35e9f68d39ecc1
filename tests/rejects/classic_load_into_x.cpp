// reject: x cannot stand here, only a: x is an offset or a second operand
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint8_t>(x, packet + 14), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, packet + 14), ret(a));
#endif
