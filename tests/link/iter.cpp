// Iterators on the running kernel: what their programs write comes out as records, as lines, from links and from files.
#include <bpfxx/link/iterator_run.hpp>

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/local_storage.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/bpffs.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

/// What `count` writes for each object, and once more at the end of the walk.
struct call_number {
    std::uint64_t session;
    std::uint64_t number;
};

// r1 points to the arguments: the first is `struct bpf_iter_meta`, which has the file, the session and the number.
// clang-format off: one step per line
constexpr auto count = assemble(
    load<std::uint64_t>(r6, r1 + 0),
    load<std::uint64_t>(r1, r6 + 8), store<std::uint64_t>(r10 - 16, r1),
    load<std::uint64_t>(r1, r6 + 16), store<std::uint64_t>(r10 - 8, r1),
    load<std::uint64_t>(r1, r6 + 0), mov(r2, r10), add(r2, -16), mov(r3, 16),
    call(helper::seq_write),
    mov(r0, 0), exit());

/// An element of a map, without padding at an odd size, so that records begin in one read and end in another.
struct element {
    std::uint32_t key;
    std::uint32_t low, high;
};

constexpr auto write_element = assemble(
    load<std::uint64_t>(r6, r1 + 0),
    load<std::uint64_t>(r7, r1 + 16),
    load<std::uint64_t>(r8, r1 + 24),
    jump_if(r7 == 0, "end"),
    jump_if(r8 == 0, "end"),
    load<std::uint32_t>(r1, r7 + 0), store<std::uint32_t>(r10 - 16, r1),
    load<std::uint64_t>(r1, r8 + 0),
    store<std::uint32_t>(r10 - 12, r1), shr(r1, 32), store<std::uint32_t>(r10 - 8, r1),
    load<std::uint64_t>(r1, r6 + 0), mov(r2, r10), add(r2, -16), mov(r3, 12),
    call(helper::seq_write),
  label("end"),
    mov(r0, 0), exit());

/// "ab\n" for each object, and "ab\n" at the end.
constexpr auto write_line = assemble(
    load<std::uint64_t>(r6, r1 + 0),
    store<std::uint32_t>(r10 - 8, 'a' | 'b' << 8 | '\n' << 16),
    load<std::uint64_t>(r1, r6 + 0), mov(r2, r10), add(r2, -8), mov(r3, 3),
    call(helper::seq_write),
    mov(r0, 0), exit());
// clang-format on

constexpr char const* no_targets = "this kernel has no BTF that shows iterators (before Linux 5.8)";

std::optional<btf::type_id> target_id(std::string_view target) {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return std::nullopt;
    auto const found = btf::find(kernel->view(), btf::kind::func, "bpf_iter_" + std::string{target});
    if (!found) return std::nullopt;
    return found->id();
}

template <class Code>
std::optional<iter_program> load(std::string_view target, Code const& code) {
    auto const id = target_id(target);
    if (!id) return std::nullopt;
    auto loaded = iter_program::load({.insns = code, .license = "GPL", .attach_btf_id = *id});
    if (!loaded) return std::nullopt;
    return *std::move(loaded);
}

using numbers = hash_map<std::uint32_t, std::uint64_t>;

numbers filled(std::uint32_t size) {
    auto map = numbers::create({.name = "numbers", .max_entries = size}).value();
    for (std::uint32_t i = 0; i != size; ++i) CHECK(map.update(i, 0x1'0000'0001ULL * i));
    return map;
}

template <class Hook>
std::vector<call_number> calls(iter_program const& program, Hook const& hook) {
    iter_link const link = program.attach(hook).value();
    iterator_run run = iterator_run::start(link).value();
    std::vector<call_number> all;
    CHECK(run.for_each_record<call_number>([&](call_number const& each) { all.push_back(each); }));
    return all;
}

/// The objects that a walk sees: the last call has none.
template <class Hook>
std::size_t objects(iter_program const& program, Hook const& hook) {
    auto const all = calls(program, hook);
    for (auto const& each : all) CHECK(each.session == all.front().session);
    for (std::size_t i = 0; i + 1 < all.size(); ++i) CHECK(all[i].number == i);
    return all.empty() ? 0 : all.size() - 1;
}

TEST_CASE("the elements of a map, as records that do not fit the reads evenly") {
    auto const program = load("bpf_map_elem", write_element);
    if (!program) return support::skip(no_targets);
    auto const map = filled(5000);
    auto const link = program->attach(map_iter_hook{.map = map.fd()}).value();
    std::map<std::uint32_t, std::uint64_t> found;
    auto run = iterator_run::start(link).value();
    result<void> outcome = error{errc::einval, command::search};
    for (element const& each : run.records<element>(&outcome))
        found.emplace(each.key, each.low | std::uint64_t{each.high} << 32);
    CHECK(outcome);
    REQUIRE(found.size() == 5000);
    for (auto const& [key, value] : found) CHECK(value == 0x1'0000'0001ULL * key);

    // A run that was read to its end stays there; another one starts anew.
    std::size_t again = 0;
    CHECK(run.for_each_record<element>([&](element const&) { ++again; }));
    CHECK(again == 0);
    auto second = iterator_run::start(link).value();
    CHECK(second.for_each_record<element>([&](element const&) { return ++again != 7; }));
    CHECK(again == 7);

    // 60,000 bytes are no number of records of 7 bytes.
    struct odd {
        char bytes[7];
    };
    auto third = iterator_run::start(link).value();
    CHECK(third.for_each_record<odd>([](odd const&) {}).error() == error{errc::malformed_answer, command::read_file});
    support::fired("iter", "map_iter_hook");
}

TEST_CASE("every target of this kernel that walks something without being told what") {
    auto const unused = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::size_t known = 0;
    for (auto const* const target : {"task", "task_file", "task_vma", "cgroup", "bpf_map", "bpf_prog", "bpf_link",
                                     "ksym", "ipv6_route", "netlink", "tcp", "udp", "unix", "kmem_cache", "dmabuf"}) {
        INFO("bpf_iter_", std::string{target});
        auto const program = load(target, count);
        if (!program) {
            MESSAGE("this kernel has none");
            continue;
        }
        ++known;
        std::size_t const seen = std::string_view{target} == "cgroup"
                                     ? objects(*program, cgroup_iter_hook{.order = cgroup_iter_order::descendants_pre})
                                     : objects(*program, iter_hook{});
        auto const may_be_empty = [&](std::string_view name) { return name == target; };
        if (!may_be_empty("dmabuf") && !may_be_empty("tcp") && !may_be_empty("udp") && !may_be_empty("ipv6_route") &&
            !may_be_empty("bpf_map"))
            CHECK(seen > 0);
        if (seen > 0) support::fired("iter", std::string_view{target} == "cgroup" ? "cgroup_iter_hook" : "iter_hook");
    }
    ::close(unused);
    if (known == 0) return support::skip(no_targets);
    CHECK(known >= 8);
}

TEST_CASE("sockets of a map and their storage") {
    auto const walk_storage = load("bpf_sk_storage_map", count);
    auto const walk_sockets = load("sockmap", count);
    if (!walk_storage || !walk_sockets) return support::skip(no_targets);
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    auto const types = btf::load<fd_ref<kind::socket>, std::uint64_t>().value();
    auto const storage = sk_storage<std::uint64_t>::create({.name = "storage", .btf = types.btf()});
    REQUIRE(storage);
    CHECK(storage->update(borrow_raw<kind::socket>(pair[0]), 7));
    CHECK(objects(*walk_storage, map_iter_hook{.map = storage->fd()}) == 1);
    auto const sockets = sock_map<>::create({.name = "sockets", .max_entries = 4}).value();
    auto const inserted = sockets.update(2, borrow_raw<kind::socket>(pair[1]));
    if (inserted) CHECK(objects(*walk_sockets, map_iter_hook{.map = sockets.fd()}) >= 1);
    ::close(pair[0]);
    ::close(pair[1]);
}

TEST_CASE("one process, one thread, one cgroup") {
    auto const tasks = load("task", count);
    if (!tasks) return support::skip(no_targets);
    auto const pid = static_cast<std::uint32_t>(::getpid());
    auto const own = tasks->attach(task_iter_hook{.process = pid});
    if (!own) {
        CHECK(own.error() == error{errc::einval, command::link_create});
        return support::skip("iterators of tasks take no parameters (before Linux 6.1)");
    }
    CHECK(objects(*tasks, task_iter_hook{.process = pid}) == 1);
    CHECK(objects(*tasks, task_iter_hook{.thread = pid}) == 1);
    char name[64];
    auto const info = own->info(name).value();
    CHECK(info.target == "task");
    REQUIRE(info.tasks);
    CHECK(info.tasks->process == pid);
    CHECK(info.tasks->thread == 0);
    CHECK(!info.map);
    support::fired("iter", "task_iter_hook");

    auto const groups = load("cgroup", count);
    if (!groups) return support::skip("no iterator of cgroups (before Linux 6.1)");
    CHECK(objects(*groups, cgroup_iter_hook{.order = cgroup_iter_order::self_only}) == 1);
    auto const self = groups->attach(cgroup_iter_hook{.order = cgroup_iter_order::self_only}).value();
    auto const said = self.info(name).value();
    CHECK(said.target == "cgroup");
    REQUIRE(said.cgroups);
    CHECK(said.cgroups->id != 0);
    CHECK(said.cgroups->order == cgroup_iter_order::self_only);
    CHECK(objects(*groups, cgroup_iter_hook{.order = cgroup_iter_order::self_only, .cgroup_id = said.cgroups->id}) ==
          1);
    CHECK(groups->attach(cgroup_iter_hook{.order = cgroup_iter_order::unspec}).error() ==
          error{errc::einval, command::link_create});
}

TEST_CASE("info names the target and the map") {
    auto const program = load("bpf_map_elem", write_element);
    if (!program) return support::skip(no_targets);
    auto const map = filled(1);
    auto const link = program->attach(map_iter_hook{.map = map.fd()}).value();
    char exact[13], small[12];
    auto const info = link.info(exact).value();
    CHECK(info.target == "bpf_map_elem");
    CHECK(info.target_size == 13);
    CHECK(info.map == *map.id());
    CHECK(info.program == *program->id());
    CHECK(info.id == *link.id());
    CHECK(!info.tasks);
    CHECK(!info.cgroups);
    CHECK(link.info(small).error() == error{errc::enospc, command::obj_get_info_by_fd});
    auto const without = link.info(std::span<char>{}).value();
    CHECK(without.target.empty());
    CHECK(without.target_size == 13);
    CHECK(!without.map);
}

TEST_CASE("a link runs another program from its next run on") {
    auto const lines = load("bpf_map_elem", write_line);
    auto const elements = load("bpf_map_elem", write_element);
    if (!lines || !elements) return support::skip(no_targets);
    auto const map = filled(3);
    auto link = lines->attach(map_iter_hook{.map = map.fd()}).value();
    CHECK(link.update(*elements, *elements).error() == error{errc::eperm, command::link_update});
    CHECK(link.update(*elements, *lines));
    std::size_t records = 0;
    CHECK(iterator_run::start(link).value().for_each_record<element>([&](element const&) { ++records; }));
    CHECK(records == 3);
    CHECK(link.update(*lines));
    auto const of_tasks = load("task", count);
    REQUIRE(of_tasks);
    CHECK(link.update(*of_tasks).error() == error{errc::einval, command::link_update});
}

TEST_CASE("a pinned link is a file that anybody may read, as lines") {
    auto const lines = load("bpf_map_elem", write_line);
    if (!lines) return support::skip(no_targets);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const map = filled(1000);
    auto const path = files.path("lines");
    REQUIRE(lines->attach(map_iter_hook{.map = map.fd()}).value().pin(path.c_str()));
    auto run = iterator_run::start(path.c_str()).value();
    char buffer[64];
    std::size_t seen = 0;
    CHECK(run.for_each_line(buffer, [&](std::string_view line) {
        CHECK(line == "ab");
        ++seen;
    }));
    CHECK(seen == 1001);
    char narrow[2];
    CHECK(iterator_run::start(path.c_str()).value().for_each_line(narrow, [](std::string_view) {}).error() ==
          error{errc::buffer_too_small, command::read_file});
    CHECK(iter_link::open(path.c_str()));
    CHECK(iterator_run::start(files.path("nothing").c_str()).error() == error{errc::enoent, command::open_file});
    ::unlink(path.c_str());
}

TEST_CASE("targets and parameters that do not go together") {
    auto const elements = load("bpf_map_elem", write_element);
    auto const tasks = load("task_file", count);
    if (!elements || !tasks) return support::skip(no_targets);
    CHECK(elements->attach(iter_hook{}).error() == error{errc::ebadf, command::link_create});
    auto const bytes = hash_map<std::uint32_t, std::uint8_t>::create({.max_entries = 1}).value();
    CHECK(elements->attach(map_iter_hook{.map = bytes.fd()}).error() == error{errc::eacces, command::link_create});
    CHECK(elements->attach(map_iter_hook{.map = borrow_raw<kind::map>(-1)}).error() ==
          error{errc::ebadf, command::link_create});
    auto const nobody = tasks->attach(task_iter_hook{.thread = 0x7fff'fff0});
    if (nobody) CHECK(objects(*tasks, task_iter_hook{.thread = 0x7fff'fff0}) == 0);
    CHECK(!tasks->attach(task_iter_hook{.thread = 1, .process = 1}));
}

} // namespace
