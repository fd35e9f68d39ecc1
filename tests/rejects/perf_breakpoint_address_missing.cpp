// reject: a breakpoint is somewhere: give .address
#include <bpfxx/perf/breakpoint.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr breakpoint_hook bad{.length = 4, .access = breakpoint_access::write, .pid = 0};
#else
inline constexpr breakpoint_hook good{.address = 0x1000, .length = 4, .access = breakpoint_access::write, .pid = 0};
#endif
