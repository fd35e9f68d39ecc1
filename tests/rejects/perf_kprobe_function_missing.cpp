// reject: this field has no default: give it in the braces
#include <bpfxx/perf/kprobe.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr kprobe_hook bad{.returning = true};
#else
inline constexpr kprobe_hook good{.function = "do_unlinkat", .returning = true};
#endif
