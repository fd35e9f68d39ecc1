// reject: programs of this type may only read this field
#include <bpfxx/program/context.hpp>

using namespace bpfxx;
using namespace bpfxx::insn;

#ifdef REJECT
[[maybe_unused]] constexpr auto bad = store(r1 + ctx<program_kind::socket_filter>::mark, r2);
#else
[[maybe_unused]] constexpr auto good = store(r1 + ctx<program_kind::lwt_xmit>::mark, r2);
#endif
