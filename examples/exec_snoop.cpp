// Says which programs are started on this machine, as they start: a program of ours runs at the tracepoint where a
// process has become another program, and writes who that is to a ring buffer, in which we read it. With a command it
// runs that and ends with it; without one it goes on until it is interrupted.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/ring/reader.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

struct start {
    std::uint32_t process, user;
    char name[16], path[232];
};

using namespace bpfxx::insn;
constexpr map_slot<0> ring_slot{};
constexpr map_slot<1> lost_slot{};

// clang-format off: one step a line
constexpr auto note_start = assemble( // r1: the tracepoint's record, see events/sched/sched_process_exec/format
    mov(r7, r1),
    load_map(r1, ring_slot), mov(r2, sizeof(start)), mov(r3, 0), call(helper::ringbuf_reserve),
    jump_if(r0 == 0, "lost"),
    mov(r6, r0),
    load<std::uint32_t>(r1, r7 + 12), store<std::uint32_t>(r6 + 0, r1),
    call(helper::get_current_uid_gid), store<std::uint32_t>(r6 + 4, r0),
    mov(r1, r6), add(r1, 8), mov(r2, sizeof start::name), call(helper::get_current_comm),
    load<std::uint32_t>(r3, r7 + 8), and_(r3, 0xffff), add(r3, r7),  // where in the record the path is
    mov(r1, r6), add(r1, 24), mov(r2, sizeof start::path), call(helper::probe_read_kernel_str),
    mov(r1, r6), mov(r2, 0), call(helper::ringbuf_submit),
    mov(r0, 0), exit(),
  label("lost"),
    load_map_value(r1, lost_slot, 0), mov(r2, 1), atomic_add<std::uint64_t>(r1 + 0, r2),
    mov(r0, 0), exit());
// clang-format on

bpfxx::result<void> snoop(char const* command) {
    auto const ring = bpfxx::ring_buffer::create({.name = "starts", .size_bytes = 1 << 18});
    if (!ring) return ring.error();
    auto const lost = bpfxx::array_map<std::uint64_t>::create({.name = "lost", .max_entries = 1});
    if (!lost) return lost.error();
    auto const program = bpfxx::tracepoint_program::load(
        {.insns = note_start.with(ring->fd(), lost->fd()), .license = "GPL", .name = "note_start"});
    if (!program) return program.error();
    auto reader = bpfxx::ring_reader<start>::open(*ring);
    if (!reader) return reader.error();
    auto const link = program->attach(bpfxx::tracepoint_hook{.group = "sched", .name = "sched_process_exec"});
    if (!link) return link.error();

    std::printf("%8s %6s  %-15s  %s\n", "process", "user", "name", "path");
    pid_t const child = command == nullptr ? -1 : ::fork();
    if (child == 0) ::_exit(::execl("/bin/sh", "sh", "-c", command, nullptr));
    for (bool more = true; more;) {
        more = child < 0 || ::waitpid(child, nullptr, WNOHANG) == 0; // asked first: the last round sees all of it
        if (auto const woken = reader->poll(std::chrono::milliseconds{more ? 100 : 0}); !woken) return woken.error();
        for (start const& each : reader->drain())
            std::printf("%8u %6u  %-15s  %s\n", each.process, each.user, each.name, each.path);
    }
    auto const missed = lost->lookup(0);
    if (!missed) return missed.error();
    std::printf("%lu more were not seen, as the ring was full\n", static_cast<unsigned long>(**missed));
    return bpfxx::outcome::success();
}

int main(int argc, char** argv) {
    auto const snooped = snoop(argc > 1 ? argv[1] : nullptr);
    if (snooped) return 0;
    std::printf("%s\n", describe(snooped.error()).c_str());
    using bpfxx::errc;
    auto const code = snooped.error().code;
    return code == errc::eperm || code == errc::eacces || code == errc::tracefs_not_mounted ? 77 : 1;
}
