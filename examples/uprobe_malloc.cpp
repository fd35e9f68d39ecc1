// How often a process asks malloc for which size: a BPF program at libc's function, which is found by name.
//     uprobe_malloc PID [SECONDS]
// Without arguments it watches itself while it sorts some words.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/perf/uprobe.hpp>
#include <bpfxx/probe/binary.hpp>
#include <bpfxx/probe/find_mapped.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

using bpfxx::program_kind::kprobe;
using sizes = bpfxx::hash_map<std::uint64_t, std::uint64_t>; // how many calls, by size

using namespace bpfxx::insn;
constexpr map_slot<0, sizes> counts{};

// clang-format off: one step a line
constexpr auto count_sizes = assemble<kprobe>(
    load(r6, r1 + ctx<kprobe>::di), store<std::uint64_t>(r10 - 8, r6), // malloc's argument is the key
    store<std::uint64_t>(r10 - 16, 1),                                 // and this the first value
    load_map(r1, counts), mov(r2, r10), add(r2, -8), call(helper::map_lookup_elem),
    jump_if(r0 == 0, "new"),
    mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1), mov(r0, 0), exit(),
  label("new"),
    load_map(r1, counts), mov(r2, r10), add(r2, -8), mov(r3, r10), add(r3, -16),
    mov(r4, bpfxx::element_flags::noexist), call(helper::map_update_elem), mov(r0, 0), exit());
// clang-format on

void sort_words() {
    std::map<std::string, std::vector<int>> words;
    for (int i = 0; i != 1000; ++i) words["a word that is rather long, number " + std::to_string(i % 100)].push_back(i);
}

bpfxx::result<void> watch(std::uint32_t process, unsigned seconds) {
    char path[PATH_MAX];
    auto const libc = bpfxx::probe::find_mapped(process, "c", path); // the libc that this very process has
    if (!libc) return libc.error();
    auto const binary = bpfxx::probe::binary::open(*libc);
    if (!binary) return binary.error();
    auto const malloc = binary->function("malloc");
    if (!malloc) return malloc.error();

    auto const counted = sizes::create({.name = "malloc_sizes", .max_entries = 10'240});
    if (!counted) return counted.error();
    auto const program = bpfxx::kprobe_program::load({.insns = count_sizes.with(*counted), .license = "GPL"});
    if (!program) return program.error();
    {
        auto const link = program->attach(
            bpfxx::uprobe_hook{.path = *libc, .offset = malloc->offset, .pid = static_cast<int>(process)});
        if (!link) return link.error();
        process == 0 ? sort_words() : static_cast<void>(sleep(seconds));
    }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> rows;
    for (auto const& [size, calls] : counted->entries()) rows.emplace_back(calls, size);
    std::ranges::sort(rows, std::greater{});
    std::printf("malloc at %#jx of %s\n     calls       bytes each\n", std::uintmax_t{malloc->offset}, *libc);
    for (auto const& [calls, size] : std::span{rows}.first(std::min<std::size_t>(rows.size(), 20)))
        std::printf("%10ju  %15ju\n", std::uintmax_t{calls}, std::uintmax_t{size});
    return bpfxx::outcome::success();
}

int main(int argc, char** argv) { // NOLINT(bugprone-exception-escape): out of memory is the end
    auto const number = [&](int i, unsigned otherwise) { return argc > i ? unsigned(std::atoi(argv[i])) : otherwise; };
    auto const done = watch(number(1, 0), number(2, 1));
    if (!done) std::fprintf(stderr, "uprobe_malloc: %s\n", describe(done.error()).c_str());
    return done ? 0 : done.error().code == bpfxx::errc::eperm ? 77 : 1;
}
