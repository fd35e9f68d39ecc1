// reject: a cannot stand here, only x: load it into x
#include <bpfxx/classic/assemble.hpp>

using namespace bpfxx::classic;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = assemble(load(a, ip_header_length(packet + 14)), ret(a));
#else
[[maybe_unused]] constexpr auto good = assemble(load(x, ip_header_length(packet + 14)), ret(a));
#endif
