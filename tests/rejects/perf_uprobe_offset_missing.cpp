// reject: this field has no default: give it in the braces
#include <bpfxx/perf/uprobe.hpp>

using namespace bpfxx;

#ifdef REJECT
inline constexpr uprobe_hook bad{.path = "/usr/bin/ls"};
#else
inline constexpr uprobe_hook good{.path = "/usr/bin/ls", .offset = 0x1234};
#endif
