// reject: this hook does not take programs of this type
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

using namespace bpfxx;

constexpr char const* functions[]{"do_unlinkat"};
constexpr kprobe_multi_hook hook{.functions = functions};

#ifdef REJECT
auto bad(kprobe_program const& program) { return program.attach(hook); }
#else
auto good(kprobe_multi_program const& program) { return program.attach(hook); }
auto good(kprobe_session_program const& program) { return program.attach(hook); }
#endif
