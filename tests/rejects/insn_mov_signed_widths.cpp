// reject: both registers must have one width: r with r, w with w
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = mov<std::int8_t>(r1, w2);
#else
[[maybe_unused]] constexpr auto good = mov<std::int8_t>(w1, w2);
#endif
