// reject: r10 is the frame pointer and read only
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load<std::int16_t>(r10, r6);
#else
[[maybe_unused]] constexpr auto good = load<std::int16_t>(r9, r6);
#endif
