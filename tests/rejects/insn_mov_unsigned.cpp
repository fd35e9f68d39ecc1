// reject: mov<T> extends a sign: T is std::int8_t, int16_t or int32_t
#include <bpfxx/insn/assemble.hpp>

using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = mov<std::uint8_t>(r1, r2);
#else
[[maybe_unused]] constexpr auto good = mov<std::int8_t>(r1, r2);
#endif
