// Which process makes which system calls how often: counted in the kernel by a BPF program, shown every second.
#include "live_table.hpp"
#include "syscall_names.hpp"

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/program/handle.hpp>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

struct call_key {
    std::uint32_t process, number;
};
struct call_count {
    std::uint64_t calls;
    char process_name[16];
};
using call_counts = bpfxx::hash_map<call_key, call_count>;

using namespace bpfxx::insn;
constexpr map_slot<0> counts{};

// clang-format off: one step a line
constexpr auto program = assemble(                           // runs at every system call's entry
    load<std::uint64_t>(r6, r1 + 8),                         // its number, the tracepoint's second argument
    call(helper::get_current_pid_tgid), rsh(r0, 32),         // the process: the upper half
    store<std::uint32_t>(r10 - 8, r0),                       // the key, on the stack
    store<std::uint32_t>(r10 - 4, r6),
    load_map(r1, counts), mov(r2, r10), add(r2, -8), call(helper::map_lookup_elem),
    jump_if(r0 != 0, "count"),
    store<std::uint64_t>(r10 - 32, 0),                       // new: a value of 0 calls and the process's name
    mov(r1, r10), add(r1, -24), mov(r2, 16), call(helper::get_current_comm),
    load_map(r1, counts), mov(r2, r10), add(r2, -8), mov(r3, r10), add(r3, -32),
    mov(r4, bpfxx::element_flags::noexist), call(helper::map_update_elem),
    load_map(r1, counts), mov(r2, r10), add(r2, -8), call(helper::map_lookup_elem),
    jump_if(r0 == 0, "end"),                                 // the map is full: not counted
    label("count"), mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
    label("end"), mov(r0, 0), exit());
// clang-format on

using row = std::pair<call_key, call_count>;

/// Empties the map into rows, the busiest first.
bpfxx::result<std::vector<row>> take_all(call_counts const& counted) {
    std::vector<row> rows;
    auto const taken = counted.take_all([&](call_key const& key, call_count const& value) {
        rows.emplace_back(key, value); // reads and removes as one step: no call in between is lost
    });
    if (!taken) return taken.error();
    std::ranges::sort(rows, std::greater{}, [](row const& each) { return each.second.calls; });
    return rows;
}

void print(row const& counted, ticks const& tick) {
    auto const& [key, value] = counted;
    auto const known = std::ranges::find(syscall_names, key.number, &syscall_name::number);
    auto const name = known == std::end(syscall_names) ? std::to_string(key.number) : std::string{known->name};
    auto const process = screen::plain({value.process_name, sizeof value.process_name});
    std::printf("%6u  %-16s %8u  %-24s %10.0f\n", tick.count(), process.c_str(), key.process, name.c_str(),
                static_cast<double>(value.calls) / tick.elapsed());
}

bpfxx::result<void> count(table_options const& options) {
    auto const counted = call_counts::create({.name = "syscalls", .max_entries = 65'536});
    if (!counted) return counted.error();
    char log[16'384];
    auto const loaded = bpfxx::raw_tracepoint_program::load(
        {.insns = program.with(counted->fd()), .license = "GPL", .name = "count_syscalls"}, log);
    if (!loaded) {
        std::fprintf(stderr, "%.*s", static_cast<int>(loaded.error().log.size()), loaded.error().log.data());
        return loaded.error();
    }
    auto const link = loaded->attach(bpfxx::raw_tracepoint_hook{.name = "sys_enter"}); // counts until it is destroyed
    if (!link) return link.error();

    screen out;
    ticks tick{options.seconds};
    std::uint64_t calls = 0;
    bool full = false;
    while (tick.next()) {
        auto const rows = take_all(*counted);
        if (!rows) return rows.error();
        full = full || rows->size() >= counted->max_entries();
        for (auto const& [key, value] : *rows) calls += value.calls;
        out.begin("second  process               pid  system call                 calls/s");
        for (auto const& each : std::span{*rows}.first(std::min<std::size_t>(rows->size(), out.rows(options.top))))
            print(each, tick);
        if (!out.end()) break;
    }
    std::printf("%ju system calls in %u s%s\n", std::uintmax_t{calls}, tick.count(),
                full ? "; the map was full, so some were not counted" : "");
    return bpfxx::outcome::success();
}

int main(int argc, char** argv) { // NOLINT(bugprone-exception-escape): out of memory is the end
    auto const counted = count({argc, argv, "Shows which process makes which system calls, and how often."});
    if (counted) return EXIT_SUCCESS;
    bool const denied = counted.error().code == bpfxx::errc::eperm;
    std::fprintf(stderr, "syscall_top%s: %s\n", denied ? " needs CAP_BPF and CAP_PERFMON (run it as root)" : "",
                 describe(counted.error()).c_str());
    return denied ? 77 : EXIT_FAILURE;
}
