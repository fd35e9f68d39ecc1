// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = mov<std::int8_t>(r10, r2);
#else
[[maybe_unused]] constexpr auto good = mov<std::int8_t>(r9, r2);
#endif
