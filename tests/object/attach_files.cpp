// Programs attached to functions and static probes of files by the names of their sections, on the running kernel. This
// executable has a static probe of its own, written by hand.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/link/uprobe_multi.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/object/attach.hpp>
#include <bpfxx/object/attach_file.hpp>
#include <bpfxx/object/attach_static_probe.hpp>

#include "kernel/support/injected.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/static_probe.hpp"
#include "kernel/support/tracefs.hpp"
#include "link/traced.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <unistd.h>
#include <utility>

extern "C" {
[[gnu::noinline, gnu::used]] void bpfxx_object_target_one() { asm volatile("nop"); }
[[gnu::noinline, gnu::used]] void bpfxx_object_target_two() { asm volatile("nop\nnop"); }
[[gnu::section(".probes"), gnu::used]] unsigned short volatile bpfxx_object_semaphore = 0;
}

#if defined(__x86_64__)

#    define PROBE(name, arguments) STATIC_PROBE("bpfxx_object", name, "bpfxx_object_semaphore", arguments)

extern "C" [[gnu::noinline]] void bpfxx_object_reach_once(std::int64_t first, void const* memory) {
    asm volatile(PROBE("once", "-4@%%edi 8@-8(%%rsi) 2@$-7 8@%%rsi") : : "D"(first), "S"(memory) : "memory");
}
extern "C" [[gnu::noinline]] void bpfxx_object_reach_twice(std::int64_t first) {
    asm volatile(PROBE("twice", "8@%%rdi") : : "D"(first) : "memory");
    asm volatile(PROBE("twice", "8@%%rdi") : : "D"(first) : "memory");
    asm volatile(PROBE("twice", "4@%%edi") : : "D"(first) : "memory");
}
extern "C" [[gnu::noinline]] void bpfxx_object_reach_indexed(std::int64_t first, void const* memory) {
    asm volatile(PROBE("indexed", "8@(%%rsi,%%rdi,8)") : : "D"(first), "S"(memory) : "memory");
}

#endif

namespace {

using namespace bpfxx;
using object::attachment, object::section_name;
using traced::noting, traced::watcher;

section_name section(std::string_view text) { return object::parse_section_name(text).value(); }

constexpr result<btf::type_id> no_type() { return btf::type_id{}; }

template <class Kind>
struct noted : watcher<program<Kind>> {
    explicit noted(program_flags flags = program_flags::none)
        : watcher<program<Kind>>{noting(traced::cookie), no_type(), flags} {}
};

std::string why(object::attached const& attached) {
    if (attached) return "";
    return std::string{describe(attached.error().failure).view()} + ": " + std::string{attached.error().sentence()};
}

/// False where the kernel has no such links, before Linux 6.6.
bool has_many(noted<program_kind::uprobe_multi> const& watched) {
    return watched && object::attach(watched->fd(), section("uprobe.multi//proc/self/exe:bpfxx_object_target_one"));
}

char const* const no_links = "this kernel has no links to many uprobes (before Linux 6.6)";

void call_targets() {
    bpfxx_object_target_one();
    bpfxx_object_target_two();
}

TEST_CASE("object: functions of files by their sections") {
    noted<program_kind::kprobe> const watched;
    for (auto const* text :
         {"uprobe//proc/self/exe:bpfxx_object_target_one", "uretprobe//proc/self/exe:bpfxx_object_target_one",
          "uprobe//proc/self/exe:bpfxx_object_target_two+0"}) {
        {
            auto const attached = object::attach(watched->fd(), section(text), {.cookie = 41});
            INFO(why(attached));
            REQUIRE(attached);
            CHECK(attached->link());
            call_targets();
            auto const seen = watched.take();
            CHECK(seen.times == 1);
            CHECK(seen.value == 41);
        }
        call_targets();
        CHECK(watched.take().times == 0);
    }
}

TEST_CASE("object: a place inside of a function of a file") {
    noted<program_kind::kprobe> const watched;
    auto const binary = probe::binary::open("/proc/self/exe").value();
    auto const target = binary.function("bpfxx_object_target_two").value();
    auto attached = object::attach(watched->fd(), section("uprobe//proc/self/exe:bpfxx_object_target_two+1"));
    INFO(why(attached));
    REQUIRE(attached);
    auto const link = perf_event_link::adopt(*std::move(*attached).release());
    char name[PATH_MAX];
    auto const info = link->info(name);
    if (!info || !info->uprobe) return support::skip("this kernel does not say where a uprobe is (before Linux 6.6)");
    CHECK(info->uprobe->offset == target.offset + 1);
    // It is not called: a breakpoint inside of an instruction would end this process.
}

TEST_CASE("object: a sleepable program at a function of a file") {
    noted<program_kind::kprobe> const watched{section("uprobe.s").flags};
    if (!watched) return;
    auto const attached = object::attach(watched->fd(), section("uprobe.s//proc/self/exe:bpfxx_object_target_one"));
    if (!attached) return support::skip(why(attached).c_str());
    call_targets();
    CHECK(watched.take().times == 1);
}

TEST_CASE("object: files are found by name") {
    char buffer[PATH_MAX];
    auto const found = [&](char const* name) {
        auto const path = object::find_named_file(name, buffer);
        return path ? std::string{*path} : std::string{};
    };
    CHECK(found("/proc/self/exe") == "/proc/self/exe");
    CHECK(found("./no/such") == "./no/such"); // a path is itself, there or not
    CHECK(found("bpfxx_no_such_program") == "");
    CHECK(found("libbpfxx_none.so") == "");
    CHECK(found("libbpfxx_none.so.6") == "");
    std::string const before = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
    setenv("PATH", "/nowhere", 1);
    bool const has_env = access("/usr/bin/env", X_OK) == 0;
    CHECK(found("env") == (has_env ? "/usr/bin/env" : ""));
    setenv("PATH", "/proc/self", 1);
    CHECK(found("exe") == "/proc/self/exe");
    setenv("PATH", before.c_str(), 1);
    char little[4];
    CHECK(object::find_named_file("/proc/self/exe", little).error() == error{errc::buffer_too_small, command::search});
    auto const libc = found("libc.so.6");
    if (libc.empty()) return support::skip("there is no libc.so.6");
    noted<program_kind::kprobe> const watched;
    auto const attached = object::attach(watched->fd(), section("uprobe/libc.so.6:getppid"));
    INFO(why(attached));
    REQUIRE(attached);
}

TEST_CASE("object: files and functions that are not there") {
    noted<program_kind::kprobe> const watched;
    auto const refused = [&](std::string const& text) {
        auto const attached = object::attach(watched->fd(), section(text));
        REQUIRE_FALSE(attached);
        return attached.error();
    };
    CHECK(refused("uprobe//no/such/file:main").failure == error{errc::enoent, command::open_file});
    CHECK(refused("uprobe/bpfxx_no_such_program:main").failure == error{errc::file_not_found, command::search});
    CHECK(refused("uprobe.multi/bpfxx_no_such_program:main").failure.code == errc::file_not_found);
    CHECK(refused("usdt/bpfxx_no_such_program:a:b").failure.code == errc::file_not_found);
    auto const unknown = refused("uprobe//proc/self/exe:bpfxx_none");
    CHECK(unknown.failure == error{errc::symbol_not_found, command::search});
    CHECK(unknown.file == elf::reason::no_such_function);
    CHECK(unknown.sentence() == elf::sentence(elf::reason::no_such_function));
    CHECK(refused("uprobe//proc/self/exe:bpfxx_object_target_one+100000").file == elf::reason::beyond_function);
    CHECK(refused("usdt//proc/self/exe:bpfxx_object:none").file == elf::reason::no_such_probe);
    CHECK(refused("uprobe.multi//proc/self/exe:bpfxx_none*").failure.code == errc::symbol_not_found);
    CHECK(refused("uprobe//proc/self/maps:main").failure.code == errc::malformed_file);
    CHECK(refused("uprobe/" + std::string(5000, '/') + ":main").failure ==
          error{errc::buffer_too_small, command::search});
}

TEST_CASE("object: many functions of a file by a pattern") {
    noted<program_kind::uprobe_multi> const watched;
    if (!has_many(watched)) return support::skip(no_links);
    for (auto const* text : {"uprobe.multi//proc/self/exe:bpfxx_object_target_*",
                             "uretprobe.multi//proc/self/exe:bpfxx_object_target_???"}) {
        auto attached = object::attach(watched->fd(), section(text), {.cookie = 8});
        INFO(why(attached));
        REQUIRE(attached);
        static_cast<void>(watched.take());
        call_targets();
        auto const seen = watched.take();
        CHECK(seen.times == 2);
        CHECK(seen.value == 8);
        auto const link = uprobe_multi_link::adopt(*std::move(*attached).release());
        REQUIRE(link);
        auto const info = link->info();
        if (!info || info->count == 0) continue;
        CHECK(info->count == 2);
        CHECK(info->returning == section(text).returning);
    }
    auto const exact = object::attach(watched->fd(), section("uprobe.multi//proc/self/exe:bpfxx_object_target_one"));
    REQUIRE(exact);
    call_targets();
    CHECK(watched.take().times == 1);
}

TEST_CASE("object: sessions at functions of a file") {
    noted<program_kind::uprobe_multi> const many;
    if (!has_many(many)) return support::skip(no_links);
    noted<program_kind::uprobe_session> const watched;
    auto const attached = object::attach(watched->fd(), section("uprobe.session//proc/self/exe:bpfxx_object_target_*"));
    if (!attached && attached.error().failure == error{errc::einval, command::link_create})
        return support::skip("this kernel has no uprobe sessions (before Linux 6.13)");
    INFO(why(attached));
    REQUIRE(attached);
    call_targets();
    CHECK(watched.take().times == 4);
}

#if defined(__x86_64__)

using spec_map = array_map<object::static_probe_spec>;

TEST_CASE("object: a static probe, its semaphore and what is stored of its arguments") {
    noted<program_kind::kprobe> const watched;
    auto const map = spec_map::create({.max_entries = 3}).value();
    auto specs = object::static_probe_specs::of(map.fd()).value();
    std::uint64_t const memory[2]{};
    for (std::uint32_t number = 0; number != 3; ++number) {
        auto const attached = object::attach(watched->fd(), section("usdt//proc/self/exe:bpfxx_object:once"),
                                             {.cookie = 99, .probe_specs = &specs});
        INFO(why(attached));
        REQUIRE(attached);
        CHECK(bpfxx_object_semaphore == 1);
        bpfxx_object_reach_once(1, &memory[1]);
        auto const seen = watched.take();
        CHECK(seen.times == 1);
        CHECK(seen.value == number); // its cookie leads to the entry of the map
        auto const spec = map.lookup(number).value().value();
        CHECK(spec.cookie == 99);
        CHECK(spec.argument_count == 4);
        CHECK(spec.arguments[0] == object::static_probe_argument{0, 1, 112, 1, 32});
        CHECK(spec.arguments[1] == object::static_probe_argument{static_cast<std::uint64_t>(-8), 2, 104, 0, 0});
        CHECK(spec.arguments[2] == object::static_probe_argument{static_cast<std::uint64_t>(-7), 0, 0, 0, 48});
        CHECK(spec.arguments[3] == object::static_probe_argument{0, 1, 104, 0, 0});
        CHECK(spec.arguments[4] == object::static_probe_argument{});
    }
    CHECK(bpfxx_object_semaphore == 0);
    auto const full =
        object::attach(watched->fd(), section("usdt//proc/self/exe:bpfxx_object:once"), {.probe_specs = &specs});
    CHECK(full.error().failure == error{errc::e2big, command::map_update_elem});
}

TEST_CASE("object: without a map of arguments a static probe has the user's cookie") {
    noted<program_kind::kprobe> const watched;
    auto const attached =
        object::attach(watched->fd(), section("usdt//proc/self/exe:bpfxx_object:once"), {.cookie = 1234});
    INFO(why(attached));
    REQUIRE(attached);
    std::uint64_t const memory[2]{};
    bpfxx_object_reach_once(1, &memory[1]);
    CHECK(watched.take().value == 1234);
}

char const* const several_sites = "usdt//proc/self/exe:bpfxx_object:twice";

TEST_CASE("object: a static probe at several sites, by a link for each") {
    noted<program_kind::kprobe> const watched;
    auto const map = spec_map::create({.max_entries = 8}).value();
    auto specs = object::static_probe_specs::of(map.fd()).value();
    auto attached = object::attach(watched->fd(), section(several_sites), {.cookie = 3, .probe_specs = &specs});
    INFO(why(attached));
    REQUIRE(attached);
    CHECK(bpfxx_object_semaphore == 3);
    bpfxx_object_reach_twice(5);
    auto const seen = watched.take();
    CHECK(seen.times == 3);
    CHECK(seen.value == 1); // that of the third; the first two share an entry
    CHECK(map.lookup(1).value().value().cookie == 3);
    CHECK(map.lookup(2).value().value() == object::static_probe_spec{});
    CHECK_FALSE(attached->link());
    CHECK(attached->pin("/sys/fs/bpf/bpfxx_none").error().code == errc::eopnotsupp);
    attachment moved{*std::move(attached)};
    CHECK(std::move(moved).release().error().code == errc::eopnotsupp);
    bpfxx_object_reach_twice(5);
    CHECK(watched.take().times == 3);
    CHECK(moved.detach());
    CHECK_FALSE(moved);
    CHECK(bpfxx_object_semaphore == 0);
    bpfxx_object_reach_twice(5);
    CHECK(watched.take().times == 0);
}

int leave_several() {
    noted<program_kind::kprobe> const watched;
    {
        auto attached = object::attach(watched->fd(), section(several_sites));
        if (!attached) return 1;
        std::move(*attached).leave_attached();
        if (*attached) return 2;
    }
    bpfxx_object_reach_twice(5);
    return watched.take().times == 3 ? 0 : 3;
}

TEST_CASE("object: a program is left at several sites as long as the process lives") {
    CHECK(support::in_child(leave_several) == 0);
    CHECK(bpfxx_object_semaphore == 0);
}

TEST_CASE("object: a static probe at several sites, by one link") {
    auto const map = spec_map::create({.max_entries = 8}).value();
    auto specs = object::static_probe_specs::of(map.fd()).value();
    auto const probe = section(several_sites);
    noted<program_kind::uprobe_multi> const watched;
    if (!has_many(watched)) return support::skip(no_links);
    {
        auto const attached = object::attach(
            watched->fd(), probe, {.cookie = 3, .probe_specs = &specs, .loaded_with = attach_type::trace_uprobe_multi});
        INFO(why(attached));
        REQUIRE(attached);
        CHECK(bpfxx_object_semaphore == 3);
        static_cast<void>(watched.take());
        bpfxx_object_reach_twice(5);
        auto const seen = watched.take();
        CHECK(seen.times == 3);
        CHECK(seen.value == 1); // that of the third; the first two share an entry
        CHECK(map.lookup(0).value().value().arguments[0].unused_bits == 0);
        CHECK(map.lookup(1).value().value().arguments[0].unused_bits == 32);
        CHECK(map.lookup(1).value().value().cookie == 3);
        CHECK(map.lookup(2).value().value() == object::static_probe_spec{});
    }
    CHECK(bpfxx_object_semaphore == 0);
    auto const plain =
        object::attach(watched->fd(), probe, {.cookie = 6, .loaded_with = attach_type::trace_uprobe_multi});
    REQUIRE(plain);
    bpfxx_object_reach_twice(5);
    CHECK(watched.take().value == 6);
}

TEST_CASE("object: arguments and maps that have no form") {
    noted<program_kind::kprobe> const watched;
    auto const map = spec_map::create({.max_entries = 8}).value();
    auto specs = object::static_probe_specs::of(map.fd()).value();
    auto const refused =
        object::attach(watched->fd(), section("usdt//proc/self/exe:bpfxx_object:indexed"), {.probe_specs = &specs});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().failure == error{errc::einval, command::search});
    CHECK(refused.error().argument == probe::argument_problem::unknown_form);
    CHECK(refused.error().sentence() == probe::sentence(probe::argument_problem::unknown_form));
    CHECK(object::attach(watched->fd(), section("usdt//proc/self/exe:bpfxx_object:indexed")));

    auto const hash = hash_map<std::uint32_t, object::static_probe_spec>::create({.max_entries = 8}).value();
    CHECK(object::static_probe_specs::of(hash.fd()).error().code == errc::map_type_differs);
    auto const other = array_map<std::uint64_t>::create({.max_entries = 8}).value();
    CHECK(object::static_probe_specs::of(other.fd()).error().code == errc::value_size_differs);
}

/// Attaches while the n-th system call fails.
template <class Kind>
object::attached attach_while_failing(noted<Kind> const& watched, section_name const& where, std::size_t which,
                                      int code, object::attach_options const& options = {}) {
    std::optional<object::attached> done;
    static_cast<void>(support::with_failure({.which = which, .code = code},
                                            [&] { done.emplace(object::attach(watched->fd(), where, options)); }));
    return *std::move(done);
}

/// The number of the first bpf(2) among the system calls of attaching, 1 being the first of all.
template <class Kind>
std::size_t first_bpf_call(noted<Kind> const& watched, section_name const& where) {
    auto const calls = support::with_failure({}, [&] { static_cast<void>(object::attach(watched->fd(), where)); });
    for (std::size_t i = 0; i != calls.size(); ++i)
        if (calls[i].number == __NR_bpf) return i + 1;
    return 0;
}

TEST_CASE("object: where one of several sites fails, the program is at none") {
    auto const where = section(several_sites);
    noted<program_kind::kprobe> const watched;
    std::size_t which = 0, links = 0;
    auto const calls = support::with_failure({}, [&] { static_cast<void>(object::attach(watched->fd(), where)); });
    for (std::size_t i = 0; i != calls.size() && links != 3; ++i)
        if (calls[i].number == __NR_bpf && ++links == 3) which = i + 1;
    if (which == 0) return support::skip("this kernel has no syscall user dispatch");
    CHECK(attach_while_failing(watched, where, which, EPERM).error().failure ==
          error{errc::eperm, command::link_create});
    CHECK(bpfxx_object_semaphore == 0);
    bpfxx_object_reach_twice(5);
    CHECK(watched.take().times == 0);
}

TEST_CASE("object: where the kernel has no links to events, they do it alone") {
    auto const where = section("uprobe//proc/self/exe:bpfxx_object_target_one");
    noted<program_kind::kprobe> const watched;
    auto const link = first_bpf_call(watched, where);
    if (link == 0) return support::skip("this kernel has no syscall user dispatch");
    {
        auto attached = attach_while_failing(watched, where, link, EINVAL);
        INFO(why(attached));
        REQUIRE(attached);
        CHECK(*attached);
        CHECK_FALSE(attached->link());
        call_targets();
        CHECK(watched.take().times == 1);
        CHECK(attached->pin("/sys/fs/bpf/bpfxx_none").error().code == errc::eopnotsupp);
        attachment moved{*std::move(attached)};
        CHECK(std::move(moved).release().error().code == errc::eopnotsupp);
        CHECK(moved);
        call_targets();
        CHECK(watched.take().times == 1);
        CHECK(moved.detach());
        CHECK_FALSE(moved);
    }
    call_targets();
    CHECK(watched.take().times == 0);
    // A cookie takes a link, and other failures are what they are.
    CHECK(attach_while_failing(watched, where, link, EINVAL, {.cookie = 1}).error().failure.code == errc::eopnotsupp);
    CHECK(attach_while_failing(watched, where, link, EPERM).error().failure ==
          error{errc::eperm, command::link_create});
}

#endif

// In a child process with a /sys of its own.
int attach_by_tracefs() {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    if (mount("none", "/sys/bus/event_source", "tmpfs", 0, nullptr) != 0) return 77;
    noted<program_kind::kprobe> const watched;
    auto const own = "bpfxx/p_" + std::to_string(::gettid()) + "_"; // others have theirs
    auto attached = object::attach(watched->fd(), section("uretprobe//proc/self/exe:bpfxx_object_target_one"));
    if (!attached) return 1;
    if (attached->link() || !*attached) return 2;
    static_cast<void>(watched.take());
    call_targets();
    if (watched.take().times != 1) return 3;
    if (support::read_tracefs("uprobe_events").find(own) == std::string::npos) return 4;
    attachment moved{*std::move(attached)};
    if (*attached || !moved) return 5;
    if (!moved.detach()) return 6;
    call_targets();
    if (watched.take().times != 0) return 7;
    if (support::read_tracefs("uprobe_events").find(own) != std::string::npos) return 8;
    auto const missing = object::attach(watched->fd(), section("kprobe/bpfxx_none"));
    return missing ? 9 : 0;
}

TEST_CASE("object: where the kernel has no events for probes, tracefs has them") {
    if (!support::has_tracefs() || access("/sys/kernel/tracing/uprobe_events", W_OK) != 0)
        return support::skip("tracefs is not there, or has no uprobes");
    int const status = support::in_child(attach_by_tracefs);
    if (status == 77) return support::skip("nothing can be mounted here");
    CHECK(status == 0);
}

} // namespace
