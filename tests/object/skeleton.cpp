// What users of generated skeletons have by name, with objects that the compiler knows and with files: options of the
// kernel, variables in an arena, texts, structs of functions and their members.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/file.hpp>
#include <bpfxx/object/find_variable.hpp>
#include <bpfxx/object/object.hpp>
#include <bpfxx/object/register_struct.hpp>
#include <bpfxx/program/test_run.hpp>

#include "made/arena.bpf.hpp"
#include "made/data_sections.bpf.hpp"
#include "made/kconfig.bpf.hpp"
#include "made/struct_ops.bpf.hpp"
#include "made/struct_ops_link.bpf.hpp"

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace {

using namespace bpfxx;

using arena = object::object<arena_object>;
using data = object::object<data_sections_object>;
using kconfig = object::object<kconfig_object>;
using by_map = object::object<struct_ops_object>;
using by_link = object::object<struct_ops_link_object>;

template <class Object, object::literal Name>
using type_of = decltype(std::declval<typename Object::loaded const&>().template global<Name>());

static_assert(std::same_as<type_of<kconfig, "CONFIG_HZ">, object::live<std::uint32_t, false>>);
static_assert(std::same_as<type_of<kconfig, "CONFIG_BPF_SYSCALL">, object::live<bool, false>>);
static_assert(std::same_as<type_of<kconfig, "CONFIG_DEFAULT_HOSTNAME">, object::live<std::array<char, 16>, false>>);
static_assert(std::same_as<type_of<arena, "in_the_arena">, object::live<std::int32_t, true>>);
static_assert(std::same_as<type_of<arena, "zero_in_the_arena">, object::live<std::uint64_t, true>>);

constexpr object::plan const& arena_plan = object::embedded<arena_object>::plan;
static_assert(!object::find_variable(arena_plan, "in_the_aren") && !object::find_variable(arena_plan, "zzz"));
static_assert(arena_plan.maps[object::find_variable(arena_plan, "in_the_arena")->map].name == "arena");
static_assert(arena_plan.maps[object::find_variable(arena_plan, "outside")->map].name == ".bss");

std::string words(object::object_error const& why) {
    std::array<char, 512> text{};
    return std::string{why.describe(text)};
}

/// Loaded, or nothing where the kernel knows no such map; else the test fails.
template <class Opening>
auto loaded_or_skipped(Opening&& opening) {
    auto done = opening.load();
    bool const lacking = !done && (done.error().during == object::step::create_map ||
                                   done.error().during == object::step::resolve_extern);
    bool const taken = !done && done.error().failure.code == errc::eexist; // AddressSanitizer has its memory there
    if (lacking || taken) support::skip(words(done.error()).c_str());
    if (!done && !lacking && !taken) FAIL(words(done.error()));
    return done;
}

std::string congestion_controls() {
    std::ifstream file{"/proc/sys/net/ipv4/tcp_available_congestion_control"};
    std::string line;
    std::getline(file, line);
    return line;
}
bool has_congestion_control(std::string const& name) { return congestion_controls().find(name) != std::string::npos; }

object_file opened(char const* name) {
    auto made = object_file::open((std::string{BPFXX_TESTS "/object/"} + name).c_str());
    if (!made) FAIL(words(made.error()));
    return *std::move(made);
}

template <class T>
errc code_of(result_with<T, btf::layout_error> const& what) {
    return what ? errc{} : what.error().failure.code;
}

} // namespace

TEST_CASE("options of the kernel are read by name") {
    auto const done =
        kconfig::open().with({.kernel_config = "CONFIG_HZ=77\nCONFIG_DEFAULT_HOSTNAME=\"here\"\n"}).load();
    REQUIRE_MESSAGE(done, words(done.error()));
    kconfig::loaded const& all = *done;
    CHECK(all.global<"CONFIG_HZ">() == 77);
    CHECK(all.global<"CONFIG_BPF_SYSCALL">());
    CHECK(std::string_view{all.global<"CONFIG_DEFAULT_HOSTNAME">().load().data()} == "here");
    CHECK(all.global<"CONFIG_NOT_THERE">() == 0);
    CHECK(all.global<"LINUX_KERNEL_VERSION">() > 0x50000);

    auto file = opened("kconfig.bpf.o");
    CHECK(code_of(file.set<unsigned>("CONFIG_HZ", 5)) == errc::eacces);
    CHECK(code_of(file.set("CONFIG_DEFAULT_HOSTNAME", "me")) == errc::eacces);
    REQUIRE(file.load({.kernel_config = "CONFIG_HZ=77\n"}));
    auto const hz = file.global<unsigned const>("CONFIG_HZ");
    REQUIRE(hz);
    CHECK(*hz == 77);
    CHECK(code_of(file.global<unsigned>("CONFIG_HZ")) == errc::eacces);
    CHECK(code_of(file.global<std::uint64_t const>("CONFIG_HZ")) == errc::value_size_differs);
    CHECK(code_of(file.global<int const>("CONFIG_NO")) == errc::enoent);
}

TEST_CASE("variables in an arena are set before loading, and live afterwards") {
    auto done = loaded_or_skipped(arena::open().set<"in_the_arena">(40).set<"outside">(2));
    if (!done) return;
    CHECK(done->global<"in_the_arena">() == 40);
    CHECK(done->global<"zero_in_the_arena">() == 0);
    auto const ran = test_run(done->program<"allocate">());
    REQUIRE(ran);
    CHECK(*ran == 0);
    CHECK(done->global<"zero_in_the_arena">() == 1);
    CHECK(done->global<"pointer">() != 0);
    done->global<"zero_in_the_arena">() = 7;
    REQUIRE(test_run(done->program<"allocate">()));
    CHECK(done->global<"zero_in_the_arena">() == 8);
}

TEST_CASE("variables in the arena of a file") {
    auto file = opened("arena.bpf.o");
    CHECK(file.set<int>("in_the_arena", 41));
    auto const done = file.load();
    if (!done && done.error().failure.code != errc::enoent) return support::skip(words(done.error()).c_str());
    REQUIRE_MESSAGE(done, words(done.error()));
    auto const found = file.global<int>("in_the_arena");
    REQUIRE(found);
    CHECK(*found == 41);
    auto const zero = file.global<std::uint64_t>("zero_in_the_arena");
    REQUIRE(zero);
    CHECK(*zero == 0);
}

TEST_CASE("what is not set in an arena begins as the source says") {
    auto const done = loaded_or_skipped(arena::open());
    if (done) CHECK(done->global<"in_the_arena">() == 3);
}

TEST_CASE("texts are set with zeroes behind them") {
    auto const done = data::open().set<"name">("eth0").load();
    REQUIRE_MESSAGE(done, words(done.error()));
    CHECK(done->global<"name">().load() == std::array<char, 8>{'e', 't', 'h', '0'});

    std::string_view const fits = "1234567";
    auto const at_run_time = data::open().set<"name">(fits).load();
    REQUIRE_MESSAGE(at_run_time, words(at_run_time.error()));
    CHECK(std::string_view{at_run_time->global<"name">().load().data()} == fits);

    char buffer[8] = "lo\0old";
    auto const of_buffer = data::open().set<"name">(buffer).load();
    REQUIRE_MESSAGE(of_buffer, words(of_buffer.error()));
    CHECK(of_buffer->global<"name">().load() == std::array<char, 8>{'l', 'o'});

    auto const too_long = data::open().set<"name">(std::string(8, 'x')).load();
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().failure.code == errc::enametoolong);
    CHECK(too_long.error().name.view() == "name");
}

TEST_CASE("variables of a file are set before loading") {
    auto file = opened("data_sections.bpf.o");
    CHECK(file.set("name", "eth0"));
    CHECK(file.set<int>("set_before", 43));
    CHECK(file.set<int>("read_only", 18));
    CHECK(file.set<std::array<std::uint64_t, 4>>("counters", {1, 2, 3, 4}));
    CHECK(code_of(file.set("name", "12345678")) == errc::enametoolong);
    CHECK(code_of(file.set("set_before", "123")) == errc::layout_differs);
    CHECK(code_of(file.set("nothing", "123")) == errc::enoent);
    CHECK(code_of(file.set<std::int64_t>("set_before", 1)) == errc::value_size_differs);
    CHECK(code_of(file.set<int>("nothing", 1)) == errc::enoent);
    auto const done = file.load();
    REQUIRE_MESSAGE(done, words(done.error()));
    CHECK(*file.global<int>("set_before") == 43);
    CHECK(*file.global<int const>("read_only") == 18);
    CHECK(*file.global<int const>("static_read_only") == -3); // its neighbours stay
    CHECK((*file.global<std::array<std::uint64_t, 4>>("counters")).load()[3] == 4);
    CHECK((*file.global<std::array<char, 8> const>("name")).load() == std::array<char, 8>{'e', 't', 'h', '0'});
    CHECK(code_of(file.set<int>("set_before", 44)) == errc::ebusy);
}

TEST_CASE("structs of functions are registered by name, or with everything else") {
    auto done = loaded_or_skipped(by_link::open().set<"linked", "name">("bpfxx_other").set<"linked", "flags">(1));
    if (!done) return;
    {
        auto const one = done->attach<"linked">();
        REQUIRE(one);
        CHECK(one->link());
        CHECK(has_congestion_control("bpfxx_other"));
        CHECK_FALSE(has_congestion_control("bpfxx_twin"));
    }
    CHECK_FALSE(has_congestion_control("bpfxx_"));
    auto const all = done->attach_all();
    REQUIRE_MESSAGE(all, words(all.error()));
    CHECK(done->link<"linked">());
    CHECK(done->link<"linked_twin">());
    CHECK(has_congestion_control("bpfxx_other"));
    CHECK(has_congestion_control("bpfxx_twin"));
    CHECK(done->attach_all()); // what is there stays
    done->detach_all();
    CHECK_FALSE(has_congestion_control("bpfxx_"));
}

TEST_CASE("a struct of functions whose map is the registration") {
    auto done = by_map::load();
    REQUIRE_MESSAGE(done, words(done.error()));
    auto one = done->attach<"simple">();
    REQUIRE(one);
    CHECK_FALSE(one->link());
    CHECK(has_congestion_control("bpfxx_simple"));
    CHECK(one->end());
    CHECK_FALSE(has_congestion_control("bpfxx_simple"));
}

TEST_CASE("what registers only in part is ended again") {
    auto first = loaded_or_skipped(by_link::open().set<"linked", "name">("bpfxx_first"));
    if (!first) return;
    auto const taken = first->attach<"linked_twin">();
    REQUIRE(taken);
    auto second = by_link::open().set<"linked", "name">("bpfxx_second").load();
    REQUIRE_MESSAGE(second, words(second.error()));
    auto const all = second->attach_all();
    REQUIRE_FALSE(all);
    CHECK(all.error().during == object::step::register_struct);
    CHECK(all.error().name.view() == "linked_twin");
    CHECK(all.error().failure.code == errc::eexist);
    CHECK_FALSE(has_congestion_control("bpfxx_second"));
    CHECK_FALSE(second->link<"linked">());
}
