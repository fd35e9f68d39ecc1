// reject: this field has no default: give it in the braces
#include <bpfxx/link/uprobe_multi.hpp>

using namespace bpfxx;

constexpr std::uint64_t offsets[]{0x1000};

#ifdef REJECT
inline constexpr uprobe_multi_hook bad{.offsets = offsets};
#else
inline constexpr uprobe_multi_hook good{.path = "/usr/bin/ls", .offsets = offsets};
#endif
