// reject: this hook does not take programs of this type
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr std::uint64_t offsets[]{0x1000};
constexpr uprobe_multi_hook hook{.path = "/usr/bin/ls", .offsets = offsets};

#ifdef REJECT
auto bad(kprobe_multi_program const& program) { return program.attach(hook); }
#else
auto good(uprobe_multi_program const& program) { return program.attach(hook); }
auto good(uprobe_session_program const& program) { return program.attach(hook); }
#endif
