// reject: the length of an IP header is read at a constant offset: leave x out
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load(x, ip_header_length(packet + x + 14)), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load(x, ip_header_length(packet + 14)), ret(a));
#endif
