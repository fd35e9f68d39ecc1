// reject: x can be added to an offset only once
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint8_t>(a, packet + x + 1 + x), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, packet + x + 1 + 1), ret(a));
#endif
