// Raw tracepoint links on the running kernel: the program fires as long as something holds the link, and not after.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/comes_true.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <asm/unistd.h>
#include <cstddef>
#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr map_slot<0> counter_slot{};

// No system call has this number, so no other process makes it, and yet sys_enter sees it.
constexpr long unused_number = 0x3bcd;

/// Adds 1 to the only element of an array for each system call with one number, which is the second of the arguments
/// that r1 points to.
template <long Number>
constexpr auto counting =
    assemble(load<std::uint64_t>(r6, r1 + 8), jump_if(r6 != Number, "end"), store<std::uint32_t>(r10 - 4, 0),
             load_map(r1, counter_slot), mov(r2, r10), add(r2, -4), insn::call(helper::map_lookup_elem),
             jump_if(r0 == 0, "end"), mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1), label("end"), mov(r0, 0),
             insn::exit());

/// Stores the cookie of the link in the only element of an array.
constexpr auto storing_cookie =
    assemble(load<std::uint64_t>(r6, r1 + 8), jump_if(r6 != unused_number, "end"),
             insn::call(helper::get_attach_cookie), mov(r7, r0), store<std::uint32_t>(r10 - 4, 0),
             load_map(r1, counter_slot), mov(r2, r10), add(r2, -4), insn::call(helper::map_lookup_elem),
             jump_if(r0 == 0, "end"), store<std::uint64_t>(r0 + 0, r7), label("end"), mov(r0, 0), insn::exit());

constexpr auto return_0 = assemble(mov(r0, 0), insn::exit());

/// A counter, and the program that counts into it.
struct counted {
    array_map<std::uint64_t> counter = array_map<std::uint64_t>::create({.max_entries = 1}).value();
    std::optional<raw_tracepoint_program> program;

    template <class Code>
    explicit counted(Code const& code) {
        char log[4096];
        auto loaded =
            raw_tracepoint_program::load({.insns = code.with(counter.fd()), .license = "GPL", .name = "count"}, log);
        if (!loaded) {
            INFO(std::string{loaded.error().log});
            REQUIRE(loaded);
        }
        program.emplace(std::move(*loaded));
    }

    /// How much the counter moves while this thread makes some calls.
    [[nodiscard]] std::uint64_t moves_by(int calls = 10, long number = unused_number) const {
        auto const before = **counter.lookup(0);
        for (int i = 0; i != calls; ++i) syscall(number);
        return **counter.lookup(0) - before;
    }
};

raw_tracepoint_link attach(raw_tracepoint_program const& program, std::uint64_t cookie = 0) {
    auto link = program.attach(raw_tracepoint_hook{.name = "sys_enter", .cookie = cookie});
    INFO(std::string{link ? "" : describe(link.error()).view()});
    REQUIRE(link);
    return std::move(*link);
}

} // namespace

TEST_CASE("an attached program sees this process's system calls") {
    counted const getppid_calls{counting<__NR_getppid>};
    CHECK(getppid_calls.program->id());
    auto const link = attach(*getppid_calls.program);
    CHECK(getppid_calls.moves_by(25, __NR_getppid) >= 25); // others may call it, too
}

TEST_CASE("every call counts while the link lives, none before and after") {
    counted const counted{counting<unused_number>};
    CHECK(counted.moves_by() == 0);
    {
        auto const link = attach(*counted.program);
        CHECK(counted.moves_by() == 10);
        support::fired("raw_tracepoint", "raw_tracepoint_hook");
        CHECK(counted.moves_by(3) == 3);
    }
    CHECK(counted.moves_by() == 0);
}

TEST_CASE("the link keeps a program whose handle is gone") {
    counted counted{counting<unused_number>};
    auto const link = attach(*counted.program);
    counted.program.reset();
    CHECK(counted.moves_by() == 10);
}

TEST_CASE("two links fire twice, a moved link once, a duplicate keeps its link") {
    counted const counted{counting<unused_number>};
    auto const other =
        raw_tracepoint_program::load({.insns = counting<unused_number>.with(counted.counter.fd()), .license = "GPL"});
    REQUIRE(other);
    std::optional<raw_tracepoint_link> first = attach(*counted.program);
    std::optional<raw_tracepoint_link> second = attach(*other);
    CHECK(counted.moves_by() == 20);
    *first = std::move(*second); // closes the first link
    CHECK(counted.moves_by() == 10);
    second.reset();
    CHECK(counted.moves_by() == 10);
    auto copy = first->duplicate();
    REQUIRE(copy);
    CHECK(*copy->id() == *first->id());
    first.reset();
    CHECK(counted.moves_by() == 10);
    {
        auto const closed = std::move(*copy);
    }
    CHECK(counted.moves_by() == 0);
}

TEST_CASE("a writable raw tracepoint program runs at a tracepoint that has something to write") {
    // The first argument of bpf_test_finish points to the error that a test run is about to answer with.
    // clang-format off: one step per line
    constexpr auto overwrite = assemble(
        load<std::uint64_t>(r6, r1 + 0), store<std::uint32_t>(r6 + 0, -99),
        mov(r0, 0), insn::exit());
    // clang-format on
    auto const writing = raw_tracepoint_writable_program::load({.insns = overwrite, .license = "GPL"});
    REQUIRE(writing);
    auto const run = xdp_program::load({.insns = return_0, .license = "GPL"}).value();
    constexpr std::array<std::byte, 64> packet{};
    CHECK(test_run(run, {.data = packet}));
    {
        auto const link = writing->attach(raw_tracepoint_hook{.name = "bpf_test_finish"});
        if (!link) {
            CHECK(link.error() == error{errc::enoent, command::raw_tracepoint_open});
            return support::skip("this kernel has no tracepoint bpf_test_finish");
        }
        CHECK(test_run(run, {.data = packet}).error() == error{errc{99}, command::prog_test_run});
        support::fired("raw_tracepoint_writable", "raw_tracepoint_hook");
    }
    CHECK(test_run(run, {.data = packet}));
}

TEST_CASE("one program at one tracepoint twice") {
    counted const counted{counting<unused_number>};
    auto const first = attach(*counted.program);
    auto const second = counted.program->attach(raw_tracepoint_hook{.name = "sys_enter"});
    if (!second) {
        CHECK(second.error() == error{errc::eexist, command::raw_tracepoint_open});
        return support::skip("this kernel takes a program once at each raw tracepoint (before Linux 6.10)");
    }
    CHECK(counted.moves_by() == 20);
}

TEST_CASE("a pinned link goes on by itself, and is found again by path and by id") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    counted const counted{counting<unused_number>};
    auto const path = files.path("link");
    link_id id{};
    {
        auto const link = attach(*counted.program);
        REQUIRE(link.pin(path.c_str()));
        CHECK(link.pin(path.c_str()).error() == error{errc::eexist, command::obj_pin});
        id = *link.id();
    }
    CHECK(counted.moves_by() == 10);
    {
        auto const by_path = raw_tracepoint_link::open(path.c_str());
        REQUIRE(by_path);
        CHECK(*by_path->id() == id);
        auto by_id = raw_tracepoint_link::open(id);
        REQUIRE(by_id);
        CHECK(*by_id->id() == id);
        auto const adopted = raw_tracepoint_link::adopt(std::move(*by_id).release());
        REQUIRE(adopted);
        CHECK(*adopted->id() == id);
        REQUIRE(unlink(path.c_str()) == 0);
        CHECK(counted.moves_by() == 10);
    }
    CHECK(support::comes_true([&] { return counted.moves_by() == 0; })); // a path that goes lets go a little later
    CHECK(raw_tracepoint_link::open(id).error() == error{errc::enoent, command::link_get_fd_by_id});
    CHECK(raw_tracepoint_link::open(path.c_str()).error() == error{errc::enoent, command::obj_get});
}

TEST_CASE("a link at a path relative to a directory") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    counted const counted{counting<unused_number>};
    auto const link = attach(*counted.program);
    auto const directory =
        owned_fd<kind::directory>::adopt_raw(::open(files.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(directory);
    auto const pinned = link.pin(*directory, "link");
    if (!pinned && pinned.error().code == errc::einval)
        return support::skip("this kernel has no relative paths (before Linux 6.5)");
    REQUIRE(pinned);
    auto const opened = raw_tracepoint_link::open(*directory, "link");
    REQUIRE(opened);
    CHECK(*opened->id() == *link.id());
}

TEST_CASE("info says where the link is and what it runs") {
    counted const counted{counting<unused_number>};
    auto const link = attach(*counted.program);
    char name[64];
    auto const info = link.info(name);
    REQUIRE(info);
    CHECK(info->name == "sys_enter");
    CHECK(info->name_size == 10);
    CHECK(info->id == *link.id());
    CHECK(info->program == *counted.program->id());
    CHECK(!info->cookie);

    char exact[10], small[9];
    CHECK(link.info(exact)->name == "sys_enter");
    CHECK(link.info(small).error() == error{errc::enospc, command::obj_get_info_by_fd});
    auto const without = link.info(std::span<char>{});
    REQUIRE(without);
    CHECK(without->name.empty());
    CHECK(without->name_size == 10);
    CHECK(link.info(std::span{name}.first(0))->name_size == 10);
}

TEST_CASE("the program gets the cookie of its link") {
    auto const map = array_map<std::uint64_t>::create({.max_entries = 1});
    REQUIRE(map);
    auto const probe =
        raw_tracepoint_program::load({.insns = storing_cookie.with(map->fd()), .license = "GPL", .name = "probe"});
    if (!probe) return support::skip("this kernel has no cookies for raw tracepoints (before Linux 6.10)");
    counted const stored{storing_cookie};
    constexpr std::uint64_t cookie = 0x1122'3344'5566'7788;
    auto const link = attach(*stored.program, cookie);
    syscall(unused_number);
    CHECK(**stored.counter.lookup(0) == cookie);
    char name[64];
    auto const told = link.info(name)->cookie;
    if (!told) return support::skip("this kernel does not tell the cookie (before Linux 6.17)");
    CHECK(*told == cookie);
}

TEST_CASE("a tracepoint that does not exist") {
    auto const program = raw_tracepoint_program::load({.insns = return_0, .license = "GPL"});
    REQUIRE(program);
    auto const link = program->attach(raw_tracepoint_hook{.name = "bpfxx_has_no_such_tracepoint"});
    CHECK(link.error() == error{errc::enoent, command::raw_tracepoint_open});
}

TEST_CASE("a program that reads more arguments than the tracepoint has") {
    constexpr auto reads_too_far = assemble(load<std::uint64_t>(r0, r1 + 88), mov(r0, 0), insn::exit());
    auto const program = raw_tracepoint_program::load({.insns = reads_too_far, .license = "GPL"});
    REQUIRE(program);
    CHECK(program->attach(raw_tracepoint_hook{.name = "sys_enter"}).error() ==
          error{errc::einval, command::raw_tracepoint_open});
}

TEST_CASE("a map or a program at a path is not taken for a link, though its type has the same number") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    static_assert(static_cast<int>(map_type::hash) == static_cast<int>(link_type::raw_tracepoint));
    static_assert(static_cast<int>(program_type::socket_filter) == static_cast<int>(link_type::raw_tracepoint));

    auto const map = hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 1});
    REQUIRE(map);
    REQUIRE(map->pin(files.path("map").c_str()));
    auto const program = socket_filter_program::load({.insns = return_0, .license = "GPL"});
    REQUIRE(program);
    REQUIRE(program->pin(files.path("program").c_str()));

    error const differs{errc::link_type_differs, command::obj_get_info_by_fd};
    CHECK(raw_tracepoint_link::open(files.path("map").c_str()).error() == differs);
    CHECK(raw_tracepoint_link::open(files.path("program").c_str()).error() == differs);
}
