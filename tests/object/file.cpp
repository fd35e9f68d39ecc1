// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/link/iterator_run.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>
#include <bpfxx/object/all.hpp>
#include <bpfxx/object/file.hpp>
#include <bpfxx/object/file_map.hpp>
#include <bpfxx/object/file_program.hpp>
#include <bpfxx/object/kernel_blobs.hpp>
#include <bpfxx/object/load_externs.hpp>
#include <bpfxx/object/load_maps.hpp>
#include <bpfxx/object/load_programs.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/load_struct_ops.hpp>
#include <bpfxx/object/load_targets.hpp>
#include <bpfxx/object/load_types.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/map_pin.hpp>
#include <bpfxx/object/map_places.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/register_struct.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/object/workspace.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <sys/syscall.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;

std::string const directory = std::string{BPFXX_TESTS "/object"} + "/";

object_file opened(char const* name) {
    auto object = object_file::open((directory + name).c_str());
    char text[512];
    if (!object) FAIL(std::string{object.error().describe(text)});
    return *std::move(object);
}

void load(object_file& object, object::settings const& how = {}) {
    auto const done = object.load(how);
    char text[512];
    if (!done) FAIL(std::string{done.error().describe(text)});
}

std::string available_congestion_controls() {
    std::ifstream file{"/proc/sys/net/ipv4/tcp_available_congestion_control"};
    std::string line;
    std::getline(file, line);
    return line;
}

} // namespace

TEST_CASE("what is not there, and what is no object, is said") {
    auto const absent = object_file::open("/no/such/file.bpf.o");
    REQUIRE(!absent);
    CHECK(absent.error().during == object::step::open_file);
    CHECK(absent.error().failure.code == errc::enoent);
    char text[512];
    CHECK(std::string{absent.error().describe(text)}.starts_with("reading the file /no/such/file.bpf.o: "));
    CHECK(absent.error().describe(std::span{text}.first(7)) == "reading");

    auto const text_file = object_file::open((directory + "kernel.h").c_str());
    REQUIRE(!text_file);
    CHECK(text_file.error().during == object::step::read_object);
    CHECK(text_file.error().problem.why == object::reason::file);

    auto const swapped = object_file::open((directory + "big_endian.bpf.o").c_str());
    REQUIRE(!swapped);
    CHECK(swapped.error().problem.why == object::reason::other_byte_order);

    auto const object = opened("minimal.bpf.o");
    CHECK(object.map("no_such_map").error().code == errc::enoent);
    CHECK(object.program("no_such_program").error().code == errc::enoent);
    CHECK(object.attach("no_such_program").error().failure.code == errc::enoent);
    CHECK(object.attach("handle_tp").error().failure.code == errc::ebadf);
    CHECK(object.global<int>("my_pid").error().failure.code == errc::enoent);
    CHECK(object.map<array_map<int>>(".bss").error().failure.code == errc::ebadf);
}

TEST_CASE("maps by name have the types that BTF has, and count what programs do") {
    struct endpoint {
        std::uint32_t address;
        std::uint16_t port;
    };
    auto object = opened("records.bpf.o");
    CHECK(object.map("counts")->definition().max_entries == 64);
    object.map("counts")->max_entries(8);
    load(object);
    REQUIRE(object.attach_all());
    ::syscall(SYS_getppid);
    auto const counts = object.map<hash_map<std::uint32_t, std::uint64_t>>("counts");
    REQUIRE(counts);
    CHECK(counts->max_entries() == 8);
    auto const mine = static_cast<std::uint32_t>(::getpid());
    auto const count = counts->lookup(mine);
    REQUIRE(count);
    CHECK(count->value_or(0) > 0);
    object.detach_all();
    auto const after = counts->lookup(mine);
    ::syscall(SYS_getppid);
    CHECK(**counts->lookup(mine) == **after);

    CHECK(object.map<hash_map<std::uint32_t, std::uint32_t>>("counts").error().failure.code ==
          errc::value_size_differs);
    CHECK(object.map<array_map<std::uint64_t>>("counts").error().failure.code == errc::map_type_differs);
    struct turned {
        std::uint16_t port;
        std::uint32_t address;
    };
    static_assert(sizeof(turned) == sizeof(endpoint));
    auto const differs = object.map<array_map<turned>>("by_kind");
    REQUIRE(!differs);
    CHECK(differs.error().failure.code == errc::layout_differs);
    CHECK(std::string{differs.error().difference.member()}.starts_with("value."));

    auto const other_load = object.load();
    REQUIRE(!other_load);
    CHECK(other_load.error().failure.code == errc::ebusy);
}

TEST_CASE("globals are live, and those of the kernel's configuration are constants") {
    auto object = opened("kconfig.bpf.o");
    load(object, {.kernel_config = "CONFIG_HZ=77\n"});
    REQUIRE(object.attach_all());
    ::syscall(SYS_getppid);
    auto const version = object.global<int>("version");
    auto const hz = object.global<int>("hz");
    REQUIRE(version);
    REQUIRE(hz);
    CHECK(version->load() > 0x050000);
    CHECK(hz->load() == 77);
    object.detach_all();
    hz->store(5);
    CHECK(hz->load() == 5);
    CHECK(object.global<int const>("hz")->load() == 5);
    CHECK(object.global<short>("hz").error().failure.code == errc::value_size_differs);
    CHECK(object.map(".kconfig")->bytes().size() == object.map(".kconfig")->definition().size);
}

TEST_CASE("an iterator is read") {
    auto object = opened("iterator.bpf.o");
    load(object);
    auto attached = object.attach("print_tasks");
    REQUIRE(attached);
    auto link = std::move(*attached).release();
    REQUIRE(link);
    auto const iterator = iter_link::adopt(*std::move(link));
    REQUIRE(iterator);
    auto run = iterator_run::start(*iterator);
    REQUIRE(run);
    std::string all;
    char buffer[4096];
    for (;;) {
        auto const got = run->read(buffer);
        REQUIRE(got);
        if (*got == 0) break;
        all.append(buffer, *got);
    }
    CHECK(all.find(std::to_string(::getpid()) + " ") != all.npos);
    CHECK(object.global<int>("printed")->load() > 0);
}

TEST_CASE("programs stand in for what a map starts with") {
    auto object = opened("program_array.bpf.o");
    load(object);
    REQUIRE(object.attach_all());
    ::syscall(SYS_getppid);
    CHECK(object.global<int>("reached")->load() >= 2);
}

TEST_CASE("optional programs are loaded when they are asked for") {
    auto object = opened("optional.bpf.o");
    object.program("when_asked")->loaded(true);
    load(object);
    CHECK(object.program("always")->fd());
    CHECK(object.program("when_asked")->fd());
    CHECK(!object.program("packets")->fd());
    CHECK(object.program("packets")->pin("/sys/fs/bpf/x").error().code == errc::ebadf);
    CHECK(object.program("always")->handle<program_kind::raw_tracepoint>());
    CHECK(object.program("always")->handle<program_kind::xdp>().error().code == errc::program_type_differs);
    REQUIRE(object.attach_all());
    ::syscall(SYS_getppid);
    CHECK(object.global<int>("from_optional")->load() > 0);

    auto impossible = opened("optional.bpf.o");
    impossible.program("impossible")->loaded(true);
    auto const refused = impossible.load();
    REQUIRE(!refused);
    CHECK(refused.error().during == object::step::find_target);
    CHECK(refused.error().name.view() == "impossible");
    CHECK(refused.error().failure.code == errc::type_not_found);
    CHECK(!impossible.program("always")->fd());
}

TEST_CASE("pinned maps are shared by name, and only where they are alike") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto first = opened("pinned.bpf.o"), second = opened("pinned.bpf.o"), other = opened("pinned.bpf.o");
    load(first, {.pin_directory = files.root()});
    load(second, {.pin_directory = files.root()});
    CHECK(!first.map("not_pinned")->fd() == !second.map("not_pinned")->fd());
    auto const mine = first.map<array_map<std::uint64_t>>("pinned_counter");
    auto const theirs = second.map<array_map<std::uint64_t>>("pinned_counter");
    REQUIRE(mine);
    REQUIRE(theirs);
    REQUIRE(mine->update(0, 42));
    CHECK(*theirs->lookup(0) == 42);
    CHECK(array_map<std::uint64_t>::open(files.path("pinned_counter").c_str()));

    other.map("pinned_counter")->max_entries(2);
    auto const refused = other.load({.pin_directory = files.root()});
    REQUIRE(!refused);
    CHECK(refused.error().during == object::step::reuse_map);
    CHECK(refused.error().name.view() == "pinned_counter");

    auto apart = opened("pinned.bpf.o");
    apart.map("pinned_counter")->settings().pinned = false;
    std::string const path = files.path("elsewhere");
    apart.map("not_pinned")->pinned_at(path.c_str());
    load(apart, {.pin_directory = files.root()});
    CHECK(*apart.map<array_map<std::uint64_t>>("pinned_counter")->lookup(0) == 0);
    CHECK(array_map<std::uint64_t>::open(path.c_str()));

    auto given = opened("pinned.bpf.o");
    given.map("pinned_counter")->instead(mine->fd());
    load(given, {.pin_directory = files.root()});
    CHECK(*given.map<array_map<std::uint64_t>>("pinned_counter")->lookup(0) == 42);
}

TEST_CASE("what the kernel lacks is named where the verifier gets there, with its log") {
    auto object = opened("core_reached.bpf.o");
    std::array<char, 8192> log;
    auto const refused = object.load({.log = log});
    REQUIRE(!refused);
    CHECK(refused.error().during == object::step::load_program);
    CHECK(refused.error().name.view() == "reaches_it");
    CHECK(refused.error().unresolved.view() == "offset of field struct task_struct___absent.no_such_member");
    CHECK(refused.error().log.find("invalid func unknown#") != std::string_view::npos);
    auto const silent = object.load();
    REQUIRE(!silent);
    CHECK(!silent.error().unresolved.empty());
    CHECK(silent.error().log.empty());
}

TEST_CASE("a program that names a map which was left out is refused, as the verifier gets there") {
    auto object = opened("minimal.bpf.o");
    object.map(".bss")->created(false);
    auto const refused = object.load();
    REQUIRE(!refused);
    CHECK(refused.error().during == object::step::load_program);
    CHECK(refused.error().unresolved.view() == "map .bss");
}

TEST_CASE("a program that throws goes on in what its tag names") {
    auto object = opened("exceptions.bpf.o");
    auto const done = object.load();
    if (!done && done.error().during == object::step::resolve_extern) return support::skip("bpf_throw needs Linux 6.7");
    REQUIRE(done);
    std::array<std::byte, 64> const packet{};
    auto const answer = [&](char const* name) -> std::uint32_t {
        auto const program = object.program(name)->handle<program_kind::sched_cls>();
        REQUIRE(program);
        auto const ran = test_run(*program, {.data = packet});
        REQUIRE(ran);
        return ran->retval;
    };
    CHECK(answer("first") == 40);
    CHECK(answer("second") == 43);
    CHECK(answer("third") == 1);
    CHECK(object.global<int>("caught_total")->load() == 20);
}

TEST_CASE("programs beside one with a jump table are loaded, and so is one beside a section that means nothing yet") {
    auto object = opened("jump_table.bpf.o");
    CHECK(!object.load());
    for (char const* const name : {"jumps", "reads_table"}) {
        auto alone = opened("jump_table.bpf.o");
        alone.program("goes_straight")->loaded(false);
        alone.program(name == std::string_view{"jumps"} ? "reads_table" : "jumps")->loaded(false);
        auto const refused = alone.load();
        REQUIRE(!refused);
        CHECK(refused.error().name.view() == name);
        if (name == std::string_view{"reads_table"}) CHECK(refused.error().unresolved.view() == "jump table");
    }
    object.program("jumps")->loaded(false);
    object.program("reads_table")->loaded(false);
    load(object);
    CHECK(object.program("goes_straight")->fd());
    CHECK(!object.program("is_of_no_kind")->fd());
}

TEST_CASE("inner maps have the sizes that their definitions leave out") {
    auto object = opened("inner_sizes.bpf.o");
    load(object);
    CHECK(object.map("events_of_each")->fd());
    CHECK(object.map("rings_of_each")->fd());
}

TEST_CASE("structs of functions are registered as long as the object lives") {
    for (char const* const name : {"struct_ops.bpf.o", "struct_ops_link.bpf.o"}) {
        CAPTURE(name);
        auto object = opened(name);
        auto const done = object.load();
        if (!done && done.error().during == object::step::create_map) {
            support::skip("the kernel has no links for structs of functions (Linux 6.4)");
            continue;
        }
        char why[512];
        REQUIRE_MESSAGE(done, std::string{done ? "" : done.error().describe(why)});
        auto const registered = object.attach_all();
        char text[512];
        CHECK_MESSAGE(registered, std::string{registered ? "" : registered.error().describe(text)});
        CHECK(available_congestion_controls().find("bpfxx_") != std::string::npos);
        object.detach_all();
    }
    CHECK(available_congestion_controls().find("bpfxx_") == std::string::npos);
}

TEST_CASE("an arena is where its definition says, with the variables that it starts with") {
    auto object = opened("arena.bpf.o");
    auto const done = object.load();
    // Where AddressSanitizer has its own memory.
    if (!done && done.error().failure.code == errc::eexist) return;
    if (!done && done.error().during == object::step::resolve_extern)
        return support::skip("the kernel has no arenas (Linux 6.9)");
    REQUIRE(done);
    auto const arena = object.map("arena");
    REQUIRE(arena);
    CHECK(arena->bytes().data() == reinterpret_cast<std::byte const*>(arena->definition().map_extra));
}
