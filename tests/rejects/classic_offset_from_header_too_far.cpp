// reject: 0 to 0xfffff after link_header
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load<std::uint8_t>(a, link_header + 0x10'0000), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load<std::uint8_t>(a, link_header + 0xf'ffff), ret(a));
#endif
