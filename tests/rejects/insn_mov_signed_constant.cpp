// reject: a constant has its sign already: mov\(r1, -1\)
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = mov<std::int8_t>(r1, -1);
#else
[[maybe_unused]] constexpr auto good = mov(r1, -1);
#endif
