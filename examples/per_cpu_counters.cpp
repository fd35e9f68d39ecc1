// System calls counted on each processor by a program that needs no lock, since each has a counter of its own; read and
// added up here.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/map/per_cpu_array.hpp>
#include <bpfxx/program/handle.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

struct traffic {
    std::uint64_t entered, left;
};

using namespace bpfxx::insn;
constexpr map_slot<0> counters{};

// Adds 1 to a member of this processor's value.
// clang-format off: one step a line
template <std::size_t Member>
constexpr auto count = assemble(
    store<std::uint32_t>(r10 - 4, 0),                                                     // the array's only index
    load_map(r1, counters), mov(r2, r10), add(r2, -4), call(helper::map_lookup_elem),     // this processor's value
    jump_if(r0 == 0, "end"),
    load<std::uint64_t>(r1, r0 + Member), add(r1, 1), store<std::uint64_t>(r0 + Member, r1),
    label("end"), mov(r0, 0), exit());
// clang-format on

bpfxx::result<void> show(bpfxx::per_cpu_array<traffic> const& map) {
    auto const cpus = bpfxx::possible_cpus::read(); // the kernel writes a value for each, online or not
    if (!cpus) return cpus.error();
    std::vector<bpfxx::per_cpu_slot<traffic>> slots(cpus->count());
    auto const values = bpfxx::per_cpu_values<traffic>::over(slots, *cpus); // fails where there is too little room
    if (!values) return values.error();

    auto const found = map.lookup(0, *values); // one system call for all processors
    if (!found) return found.error();
    for (std::uint32_t i = 0; i != cpus->count(); ++i)
        std::printf("processor %u: %lu entered, %lu left\n", static_cast<unsigned>(cpus->number(i)),
                    static_cast<unsigned long>((*values)[i].entered), static_cast<unsigned long>((*values)[i].left));
    std::printf("together: %lu entered, %lu left\n", static_cast<unsigned long>(values->sum(&traffic::entered)),
                static_cast<unsigned long>(values->sum(&traffic::left)));
    return bpfxx::outcome::success();
}

bpfxx::result<void> run() {
    auto const map = bpfxx::per_cpu_array<traffic>::create({.name = "traffic", .max_entries = 1});
    if (!map) return map.error();
    auto const entering = bpfxx::raw_tracepoint_program::load(
        {.insns = count<offsetof(traffic, entered)>.with(map->fd()), .license = "GPL", .name = "count_entered"});
    if (!entering) return entering.error();
    auto const leaving = bpfxx::raw_tracepoint_program::load(
        {.insns = count<offsetof(traffic, left)>.with(map->fd()), .license = "GPL", .name = "count_left"});
    if (!leaving) return leaving.error();
    auto const at_entry = entering->attach(bpfxx::raw_tracepoint_hook{.name = "sys_enter"});
    if (!at_entry) return at_entry.error();
    auto const at_exit = leaving->attach(bpfxx::raw_tracepoint_hook{.name = "sys_exit"});
    if (!at_exit) return at_exit.error();
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    return show(*map);
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
