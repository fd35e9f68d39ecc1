// Runs a command and says which programs were started meanwhile, by whomever: a program of ours runs at the tracepoint
// where a process has become another program, and leaves its number and path in a queue.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/queue.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/program/handle.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

struct started {
    std::uint32_t process;
    char path[116];
};
using started_programs = bpfxx::queue_map<started>;

using namespace bpfxx::insn;
constexpr map_slot<0> seen{};
constexpr int record = -static_cast<int>(sizeof(started)); // on the stack, below r10

// clang-format off: one step a line
constexpr auto note_start = assemble( // r1: the tracepoint's record, see events/sched/sched_process_exec/format
    load<std::uint32_t>(r6, r1 + 12), store<std::uint32_t>(r10 + record, r6), // the process
    load<std::uint32_t>(r3, r1 + 8), and_(r3, 0xffff), add(r3, r1),           // where in the record the path is
    mov(r1, r10), add(r1, record + 4), mov(r2, sizeof started::path), call(helper::probe_read_kernel_str),
    load_map(r1, seen), mov(r2, r10), add(r2, record), mov(r3, 0), call(helper::map_push_elem),
    mov(r0, 0), exit());
// clang-format on

bpfxx::result<void> trace(char const* command) {
    auto const programs = started_programs::create({.name = "started", .max_entries = 4096});
    if (!programs) return programs.error();
    auto const loaded = bpfxx::tracepoint_program::load(
        {.insns = note_start.with(programs->fd()), .license = "GPL", .name = "note_start"});
    if (!loaded) return loaded.error();
    auto const link = loaded->attach(bpfxx::tracepoint_hook{.group = "sched", .name = "sched_process_exec"});
    if (!link) return link.error();

    int const status = std::system(command);
    auto const drained =
        programs->drain([](started const& next) { std::printf("process %u started %s\n", next.process, next.path); });
    if (!drained) return drained.error();
    std::printf("%u programs were started while this ran, which ended with %d: %s\n", *drained, status, command);
    return bpfxx::outcome::success();
}

int main(int argc, char** argv) {
    auto const traced = trace(argc > 1 ? argv[1] : "uname -sr; true");
    if (traced) return 0;
    std::printf("%s\n", describe(traced.error()).c_str());
    using bpfxx::errc;
    auto const code = traced.error().code;
    return code == errc::eperm || code == errc::eacces || code == errc::tracefs_not_mounted ? 77 : 1;
}
