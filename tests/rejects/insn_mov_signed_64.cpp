// reject: this T fills the register, no sign to extend: mov\(r1, r2\) copies it
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = mov<std::int64_t>(r1, r2);
#else
[[maybe_unused]] constexpr auto good = mov<std::int32_t>(r1, r2);
#endif
