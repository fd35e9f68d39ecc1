// Where the processors spend their time: a program of ours runs 99 times a second on each and counts the stack that it
// finds. What is printed is what flame-graph tools read: `profile 10 | flamegraph.pl > profile.svg`.
#include "kernel_symbols.hpp"

#include <bpfxx/cpu.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/stack_trace.hpp>
#include <bpfxx/perf/sampled.hpp>
#include <bpfxx/program/handle.hpp>

#include <cstdlib>
#include <unistd.h>

struct where {
    std::int32_t kernel_stack, user_stack; // negative where there is none
    char process_name[16];
};
using sample_counts = bpfxx::hash_map<where, std::uint64_t>;
using stacks = bpfxx::stack_trace_map<127>;

using namespace bpfxx::insn;
constexpr map_slot<0> traces{};
constexpr map_slot<1> counts{};

// clang-format off: one step a line
constexpr auto count_stack = assemble( // 1 << 8: BPF_F_USER_STACK
    mov(r6, r1),
    load_map(r2, traces), mov(r3, 0), call(helper::get_stackid), store<std::uint32_t>(r10 - 24, r0),
    mov(r1, r6), load_map(r2, traces), mov(r3, 1 << 8), call(helper::get_stackid), store<std::uint32_t>(r10 - 20, r0),
    mov(r1, r10), add(r1, -16), mov(r2, 16), call(helper::get_current_comm), store<std::uint64_t>(r10 - 32, 0),
    load_map(r1, counts), mov(r2, r10), add(r2, -24), mov(r3, r10), add(r3, -32),
    mov(r4, bpfxx::element_flags::noexist), call(helper::map_update_elem),     // there already is as good
    load_map(r1, counts), mov(r2, r10), add(r2, -24), call(helper::map_lookup_elem),
    jump_if(r0 == 0, "end"), mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1), // 0: the map is full
    label("end"), mov(r0, 0), exit());
// clang-format on

/// The frames of one stack, the outermost first.
std::string frames(stacks const& found, std::int32_t stack, kernel_symbols const& symbols) {
    std::string text;
    auto const trace = found.lookup(static_cast<std::uint32_t>(stack));
    if (!trace || !*trace) return text;
    for (std::size_t i = (*trace)->size(); i-- != 0;) text += ";" + symbols.name((**trace)[i]);
    return text;
}

bpfxx::result<void> profile(unsigned seconds) {
    auto const found = stacks::create({.name = "stacks", .max_entries = 16'384});
    if (!found) return found.error();
    auto const counted = sample_counts::create({.name = "samples", .max_entries = 16'384});
    if (!counted) return counted.error();
    auto const program = bpfxx::perf_event_program::load(
        {.insns = count_stack.with(found->fd(), counted->fd()), .license = "GPL", .name = "count_stack"});
    if (!program) return program.error();
    auto const cpus = bpfxx::possible_cpus::read();
    if (!cpus) return cpus.error();
    std::vector<bpfxx::perf_event_link> links;
    for (std::uint32_t i = 0; i != cpus->count(); ++i) {
        auto link = program->attach(bpfxx::software_event_hook{.event = bpfxx::software_event::cpu_clock,
                                                               .rate = bpfxx::sample_rate::per_second(99),
                                                               .cpu = static_cast<std::uint32_t>(cpus->number(i))});
        if (!link && link.error().code != bpfxx::errc::enodev) return link.error(); // else it is not online
        if (link) links.push_back(std::move(*link));
    }
    sleep(seconds);
    links.clear();
    kernel_symbols const symbols; // what is in user space stays an address
    return counted->for_each([&](where const& at, std::uint64_t times) {
        auto const stack = frames(*found, at.user_stack, symbols) + frames(*found, at.kernel_stack, symbols);
        std::printf("%.16s%s %ju\n", at.process_name, stack.c_str(), static_cast<std::uintmax_t>(times));
    });
}

int main(int argc, char** argv) {
    auto const profiled = profile(argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1);
    if (profiled) return 0;
    std::fprintf(stderr, "%s\n", describe(profiled.error()).c_str());
    return profiled.error().code == bpfxx::errc::eperm ? 77 : 1;
}
