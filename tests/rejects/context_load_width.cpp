// reject: not so wide: load\(r2, r1 \+ field\) has its width
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = load<std::uint16_t>(r2, r1 + ctx<program_kind::xdp>::data);
#else
[[maybe_unused]] constexpr auto good = load<std::uint32_t>(r2, r1 + ctx<program_kind::xdp>::data);
#endif
