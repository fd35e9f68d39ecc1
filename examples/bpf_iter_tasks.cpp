// All tasks of the system, written as records by a program that the kernel calls for each of them: what ps finds by
// opening and reading a file of text for each process comes by one read here.
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/kernel.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/iterator_run.hpp>
#include <bpfxx/program/handle.hpp>

#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

struct task {
    std::int32_t thread, process;
    char name[16];
};

using namespace bpfxx::insn;

// Where `struct task_struct` has its members differs from kernel to kernel. These stand for the places.
constexpr std::int16_t pid = 0x7000, tgid = 0x7001, comm = 0x7002, comm_end = 0x7003;

// clang-format off: one step a line
constexpr auto write_task = assemble(
    load<std::uint64_t>(r6, r1 + 0), load<std::uint64_t>(r7, r1 + 8),       // what this is about, and the task
    jump_if(r7 == 0, "end"),                                                // called once more when all were seen
    load<std::uint32_t>(r1, r7 + pid),      store<std::uint32_t>(r10 - 24, r1),
    load<std::uint32_t>(r1, r7 + tgid),     store<std::uint32_t>(r10 - 20, r1),
    load<std::uint64_t>(r1, r7 + comm),     store<std::uint64_t>(r10 - 16, r1),
    load<std::uint64_t>(r1, r7 + comm_end), store<std::uint64_t>(r10 - 8, r1),
    load<std::uint64_t>(r1, r6 + 0), mov(r2, r10), add(r2, -24), mov(r3, 24), call(helper::seq_write),
    label("end"), mov(r0, 0), exit());
// clang-format on

/// The program with the members' places in the running kernel.
std::vector<instruction> for_this_kernel(bpfxx::btf::type task_struct) {
    auto const place = [&](std::string_view member) {
        return static_cast<std::int16_t>(bpfxx::btf::find_member(task_struct, member)->bit_offset() / 8);
    };
    auto const made = write_task.instructions();
    std::vector<instruction> code{made.begin(), made.end()};
    for (auto& each : code) {
        if (each.off == pid) each.off = place("pid"); // what the kernel calls a pid is the number of a thread
        if (each.off == tgid) each.off = place("tgid");
        if (each.off == comm) each.off = place("comm");
        if (each.off == comm_end) each.off = static_cast<std::int16_t>(place("comm") + 8);
    }
    return code;
}

bpfxx::result<void> run() {
    auto const kernel = bpfxx::btf::kernel_types::open();
    if (!kernel) return kernel.error();
    auto const target = kernel->iterator("task");
    if (!target) return target.error();
    auto const code = for_this_kernel(*bpfxx::btf::find(kernel->types(), bpfxx::btf::kind::struct_, "task_struct"));
    auto const program = bpfxx::iter_program::load({.insns = code, .license = "GPL", .attach_btf_id = *target});
    if (!program) return program.error();
    auto const link = program->attach(bpfxx::iter_hook{});
    if (!link) return link.error();
    auto all = bpfxx::iterator_run::start(*link);
    if (!all) return all.error();
    unsigned processes = 0, threads = 0;
    for (task const& each : all->records<task>()) {
        ++threads;
        if (each.thread == each.process && ++processes <= 10) std::printf("%8d  %.16s\n", each.process, each.name);
    }
    std::printf("%u processes with %u threads\n", processes, threads);
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
