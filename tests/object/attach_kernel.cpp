// Programs attached to what the names of their sections say, on the running kernel: functions of the kernel,
// tracepoints, iterators, and what no name can say.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/iterator_run.hpp>
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/object/attach.hpp>
#include <bpfxx/object/attach_error.hpp>
#include <bpfxx/object/attach_event.hpp>
#include <bpfxx/object/attach_kernel_functions.hpp>
#include <bpfxx/object/attachment.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/kprobes.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/tracefs.hpp"
#include "link/traced.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using insn::mov;
using object::attachment, object::section_name;
using traced::noting, traced::watcher;

section_name section(std::string_view text) { return object::parse_section_name(text).value(); }

constexpr btf::type_id no_type{};

/// Notes its runs, and the cookie where that is asked for.
template <class Kind>
struct noted : watcher<program<Kind>> {
    explicit noted(result<btf::type_id> target = no_type, program_flags flags = program_flags::none)
        : watcher<program<Kind>>{noting(traced::nothing), target, flags} {}
};
template <class Kind>
struct noted_with_cookie : watcher<program<Kind>> {
    explicit noted_with_cookie(result<btf::type_id> target = no_type)
        : watcher<program<Kind>>{noting(traced::cookie), target} {}
};

/// Attached, or nothing where the kernel cannot, which is told.
template <class Watcher>
std::optional<attachment> attach(Watcher const& what, section_name const& section,
                                 object::attach_options const& options = {}) {
    auto attached = object::attach(what->fd(), section, options);
    if (attached) return *std::move(attached);
    auto const why = std::string{section.text} + ": " + describe(attached.error().failure).c_str();
    INFO(why);
    auto const code = attached.error().failure.code;
    bool const lacking = code == errc::eopnotsupp || code == errc::enoent || code == errc::eperm ||
                         code == errc::einval || code == errc::tracefs_not_mounted;
    REQUIRE(lacking);
    support::skip(why.c_str());
    return std::nullopt;
}

object::attach_error refused(std::string_view text) {
    noted<program_kind::kprobe> const any;
    auto const done = object::attach(any->fd(), section(text));
    REQUIRE_FALSE(done);
    return done.error();
}

bool has_kprobes() { return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0; }

void call_kernel(int times) {
    for (int i = 0; i != times; ++i) support::call_probed_kernel_function();
}

result<btf::type_id> type_of(std::string_view text) {
    auto const* const kernel = traced::kernel();
    if (kernel == nullptr) return error{errc::enoent, command::open_file};
    auto const named = object::type_of(section(text));
    REQUIRE(named);
    switch (section(text).hook) {
    case object::hook::btf_tracepoint: return kernel->tracepoint(named->name);
    case object::hook::lsm: return kernel->lsm_hook(named->name);
    case object::hook::iter: return kernel->iterator(named->name);
    default: return kernel->function(named->name);
    }
}

TEST_CASE("object: tracepoints by their sections") {
    if (!support::has_tracefs()) return support::skip("tracefs is not there and cannot be mounted");
    for (auto const* text : {"tracepoint/raw_syscalls/sys_enter", "tp/raw_syscalls/sys_exit"}) {
        noted<program_kind::tracepoint> const watched;
        auto attached = attach(watched, section(text));
        if (!attached) return;
        CHECK(attached->link());
        static_cast<void>(watched.take());
        for (int i = 0; i != 10; ++i) getppid();
        CHECK(watched.take().times >= 10);
        CHECK(attached->detach());
        CHECK_FALSE(*attached);
        static_cast<void>(watched.take());
        getppid();
        CHECK(watched.take().times == 0);
    }
    auto const missing = [] {
        noted<program_kind::tracepoint> const watched;
        return object::attach(watched->fd(), section("tp/raw_syscalls/bpfxx_none")).error();
    }();
    CHECK(missing.failure.code == errc::enoent);
    CHECK(missing.section == object::reason::none);
    CHECK(missing.sentence() == "no such file or directory");
}

TEST_CASE("object: raw tracepoints by their sections") {
    noted<program_kind::raw_tracepoint> const watched;
    auto attached = attach(watched, section("raw_tp/sys_enter"));
    if (!attached) return;
    static_cast<void>(watched.take());
    for (int i = 0; i != 10; ++i) getppid();
    CHECK(watched.take().times >= 10);
    CHECK(object::attach(watched->fd(), section("raw_tracepoint/bpfxx_none")).error().failure ==
          error{errc::enoent, command::raw_tracepoint_open});
}

TEST_CASE("object: functions of the kernel by their sections") {
    if (!has_kprobes()) return support::skip("this kernel has no kprobes");
    noted_with_cookie<program_kind::kprobe> const watched;
    for (auto const* text : {"kprobe/do_unlinkat", "kretprobe/do_unlinkat", "kprobe/do_unlinkat+0"}) {
        auto attached = attach(watched, section(text), {.cookie = 77});
        if (!attached) return;
        call_kernel(3);
        auto const seen = watched.take();
        CHECK(seen.times == 3);
        CHECK(seen.value == 77);
        auto const link = perf_event_link::adopt(*std::move(*attached).release());
        REQUIRE(link);
        char name[64];
        auto const info = link->info(name);
        if (!info || !info->kprobe) continue;
        CHECK(info->kprobe->function == "do_unlinkat");
        CHECK(info->kprobe->returning == section(text).returning);
    }
    call_kernel(3);
    CHECK(watched.take().times == 0);
    CHECK(object::attach(watched->fd(), section("kprobe/bpfxx_none")).error().failure.code == errc::enoent);
}

TEST_CASE("object: a place inside of a function of the kernel") {
    if (!has_kprobes()) return support::skip("this kernel has no kprobes");
    noted<program_kind::kprobe> const watched;
    // Behind what the machine lets a function begin with.
    for (auto const* text : {"kprobe/do_unlinkat+4", "kprobe/do_unlinkat+0x5", "kprobe/do_unlinkat+9"}) {
        auto const attached = object::attach(watched->fd(), section(text));
        if (!attached) continue;
        call_kernel(2);
        CHECK(watched.take().times == 2);
        char name[64];
        auto const link = perf_event_link::adopt(
            *owned_fd<kind::link>::duplicate(fd_ref<kind::link>::from_raw(attached->link().raw())));
        auto const info = link->info(name);
        if (info && info->kprobe) CHECK(info->kprobe->offset == (*object::kernel_function_of(section(text))).offset);
        return;
    }
    CHECK_MESSAGE(false, "none of these is the start of an instruction");
}

TEST_CASE("object: system calls by their sections, whatever the kernel calls their functions") {
    if (!has_kprobes()) return support::skip("this kernel has no kprobes");
    noted<program_kind::kprobe> const watched;
    for (auto const* text : {"ksyscall/getpgid", "kretsyscall/getpgid"}) {
        auto const attached = attach(watched, section(text));
        if (!attached) return;
        for (int i = 0; i != 3; ++i) static_cast<void>(getpgid(0));
        CHECK(watched.take().times == 3);
    }
    CHECK(object::attach(watched->fd(), section("ksyscall/bpfxx_none")).error().failure.code == errc::enoent);
}

template <class Kind>
std::size_t functions_of(attachment attached) {
    auto const link = kprobe_multi_link::adopt(*std::move(attached).release());
    REQUIRE(link);
    auto const info = link->info();
    return info ? info->count : 0;
}

TEST_CASE("object: many functions of the kernel by a pattern") {
    if (!has_kprobes()) return support::skip("this kernel has no kprobes");
    if (!support::has_tracefs()) return support::skip("tracefs is not there and cannot be mounted");
    noted_with_cookie<program_kind::kprobe_multi> const watched;
    if (!watched) return;
    for (auto const* text : {"kprobe.multi/do_unlinkat", "kprobe.multi/do_unlink?t", "kretprobe.multi/do_unlinka*"}) {
        INFO(std::string{text});
        auto attached = attach(watched, section(text), {.cookie = 5});
        if (!attached) return;
        call_kernel(3);
        auto const seen = watched.take();
        CHECK(seen.times == 3);
        CHECK(seen.value == 5);
        auto const count = functions_of<program_kind::kprobe_multi>(*std::move(attached));
        CHECK((count == 1 || count == 0)); // 0 where the kernel does not say
        auto const plain = attach(watched, section(text));
        REQUIRE(plain);
        call_kernel(2);
        CHECK(watched.take().times == 2);
    }
    CHECK(object::attach(watched->fd(), section("kprobe.multi/bpfxx_none_*")).error().failure.code ==
          errc::symbol_not_found);
    CHECK(object::attach(watched->fd(), section("kprobe.multi/bpfxx_none")).error().failure.code ==
          errc::symbol_not_found);
}

TEST_CASE("object: the functions of a pattern are those that the kernel lists") {
    if (!support::has_tracefs()) return support::skip("tracefs is not there and cannot be mounted");
    std::size_t listed = 0;
    auto const list = support::read_tracefs("available_filter_functions");
    for (std::size_t at = 0, end = 0; (end = list.find('\n', at)) != std::string::npos; at = end + 1)
        if (std::string_view{list}.substr(at).starts_with("tcp_v4_")) ++listed;
    if (listed == 0) return support::skip("this kernel does not list functions that can be traced");
    CHECK(listed > 5);
    auto const found = object::find_kernel_functions("tcp_v4_*");
    REQUIRE(found);
    CHECK(found->size() == listed);
    auto const starts = object::find_kernel_function_starts("tcp_v4_*");
    REQUIRE(starts);
    CHECK(starts->size() == listed);
    // They are traced at their starts, or a little behind.
    auto const at = found->filled(), from = starts->filled();
    std::sort(at.begin(), at.end());
    std::sort(from.begin(), from.end());
    for (std::size_t i = 0; i != listed && i != from.size(); ++i) CHECK(at[i] - from[i] < 16);
    CHECK(object::find_kernel_function_starts("bpfxx_none*").error() == error{errc::symbol_not_found, command::search});
    CHECK(object::find_kernel_functions("bpfxx_none*").error() == error{errc::symbol_not_found, command::search});
}

TEST_CASE("object: sessions by their sections") {
    if (!has_kprobes()) return support::skip("this kernel has no kprobes");
    auto loaded = kprobe_session_program::load(
        {.insns = noting(traced::nothing).with(traced::seen_by_thread::create({.max_entries = 1}).value()),
         .license = "GPL"});
    if (!loaded) return support::skip("this kernel has no kprobe sessions (before Linux 6.10)");
    noted<program_kind::kprobe_session> const watched;
    auto const attached = attach(watched, section("kprobe.session/do_unlink?t"));
    if (!attached) return;
    call_kernel(3);
    CHECK(watched.take().times == 6);
}

TEST_CASE("object: what BTF names, by their sections") {
    constexpr auto runs = [](auto const& watched, std::string_view text, std::uint64_t cookie = 0) {
        if (!watched) return false;
        auto attached = attach(watched, section(text), {.cookie = cookie});
        if (!attached) return false;
        static_cast<void>(watched.take());
        for (int i = 0; i != 3; ++i) static_cast<void>(getpgid(getpid()));
        auto const seen = watched.take();
        INFO(std::string{text});
        CHECK(seen.times >= 3);
        attached.reset();
        static_cast<void>(watched.take());
        for (int i = 0; i != 3; ++i) static_cast<void>(getpgid(getpid()));
        CHECK(watched.take().times == 0);
        return true;
    };
    SUBCASE("tp_btf") {
        noted<program_kind::btf_tracepoint> const watched{type_of("tp_btf/sys_enter")};
        runs(watched, "tp_btf/sys_enter");
    }
    constexpr auto* entry = "fentry/security_task_getpgid";
    SUBCASE("fentry") {
        noted<program_kind::fentry> const watched{type_of(entry)};
        runs(watched, entry);
    }
    SUBCASE("fexit") {
        noted<program_kind::fexit> const watched{type_of("fexit/security_task_getpgid")};
        runs(watched, "fexit/security_task_getpgid");
        runs(watched, "fexit/security_task_getpgid", 9);
    }
    SUBCASE("fmod_ret") {
        noted<program_kind::modify_return> const watched{type_of("fmod_ret/security_task_getpgid")};
        runs(watched, "fmod_ret/security_task_getpgid");
        runs(watched, "fmod_ret/security_task_getpgid", 9);
    }
    SUBCASE("a cookie") {
        noted_with_cookie<program_kind::fentry> const watched{type_of(entry)};
        if (!watched) return;
        auto const attached = attach(watched, section(entry), {.cookie = 0x1234'5678'9abc});
        if (!attached) return;
        static_cast<void>(getpgid(getpid()));
        CHECK(watched.take().value == 0x1234'5678'9abc);
    }
    SUBCASE("lsm") {
        std::ifstream list{"/sys/kernel/security/lsm"};
        std::string modules;
        if (!std::getline(list, modules) || modules.find("bpf") == std::string::npos)
            return support::skip("bpf is not among this kernel's security modules");
        noted<program_kind::lsm_mac> const watched{type_of("lsm/task_getpgid")};
        runs(watched, "lsm/task_getpgid");
        runs(watched, "lsm/task_getpgid", 9);
    }
}

TEST_CASE("object: iterators by their sections") {
    noted<program_kind::iter> const watched{type_of("iter/task")};
    if (!watched) return;
    auto attached = attach(watched, section("iter/task"));
    REQUIRE(attached);
    auto const link = iter_link::adopt(*std::move(*attached).release());
    REQUIRE(link);
    auto run = iterator_run::start(*link);
    REQUIRE(run);
    char buffer[64];
    CHECK(*run->read(buffer) == 0);
    CHECK(watched.take().times > 1);
}

/// int FUNCTION(struct xdp_md *), which can be replaced.
consteval auto types_of(char const* name) {
    btf::builder<256, 128> made;
    auto const number = made.int_("int", 4, btf::int_encoding::is_signed);
    auto const context = made.ptr(made.struct_("xdp_md", 4, {{"data", number, 0}}));
    static_cast<void>(made.func(name, made.func_proto(number, {{"ctx", context}}), btf::linkage::global));
    return made.finish();
}
constexpr btf::type_id function{5};
constexpr std::array<sys::info::func_info, 1> starts{{{0, btf::number(function)}}};
template <std::uint32_t Verdict>
constexpr auto giving = insn::assemble(mov(insn::r0, Verdict), insn::exit());

TEST_CASE("object: functions of other programs by their sections") {
    static constexpr auto of_target = types_of("target"), of_other = types_of("other");
    constexpr std::uint32_t dropped = 1, passed = 2;
    auto const target_types = btf::load(of_target).value(), other_types = btf::load(of_other).value();
    auto const target =
        xdp_program::load({.insns = giving<passed>, .license = "GPL", .btf = target_types, .func_info = starts})
            .value();
    auto const other = ext_program::load({.insns = giving<dropped>,
                                          .license = "GPL",
                                          .attach_btf_id = function,
                                          .attach_target = target.fd(),
                                          .btf = other_types,
                                          .func_info = starts});
    if (!other) return support::skip(traced::forbidden);
    auto const gives = [&] {
        std::byte packet[64]{};
        return test_run(target, {.data = packet})->retval;
    };
    for (std::uint64_t const cookie : {0u, 4u}) {
        CHECK(gives() == passed);
        auto const attached = object::attach(other->fd(), section("freplace/target"), {.cookie = cookie});
        if (!attached && cookie != 0) return; // a program that was attached before takes its target again
        REQUIRE(attached);
        CHECK(gives() == dropped);
    }
}

TEST_CASE("object: what no name can say is refused with the hook that takes it") {
    using object::hook, object::reason;
    struct row {
        char const* section;
        char const* words;
    };
    for (row const& one : {row{"xdp", "xdp_hook"},
                           {"tcx/ingress", "tcx_hook"},
                           {"tc", "tc_hook"},
                           {"netkit/peer", "netkit_hook"},
                           {"cgroup_skb/egress", "cgroup_hook"},
                           {"lsm_cgroup/socket_bind", "cgroup_hook"},
                           {"sk_lookup", "netns_hook"},
                           {"netfilter", "netfilter_hook"},
                           {"sk_msg", "sock_map_hook"},
                           {"socket", "socket_hook"},
                           {"perf_event", "software_event_hook"},
                           {"syscall", "test_run"},
                           {"kprobe", "kprobe_hook"},
                           {"fentry", "fentry/FUNCTION"},
                           {"struct_ops/x", "map of functions"}}) {
        INFO(std::string{one.section});
        auto const why = refused(one.section);
        CHECK(why.failure == error{errc::eopnotsupp, command::search});
        CHECK(why.section == reason::section_target_missing);
        CHECK(why.hook == section(one.section).hook);
        CHECK(why.sentence().find(one.words) != std::string_view::npos);
        error const plain = why;
        CHECK(plain == why.failure);
    }
    for (auto const* text : {"kprobe/", "kretprobe/f+1", "kprobe.multi/a,b", "uprobe/sh", "usdt/a:b", "tp/a",
                             "ksyscall/x+1", "raw_tp/", "uprobe.multi/sh"}) {
        INFO(std::string{text});
        auto const why = refused(text);
        CHECK(why.failure == error{errc::einval, command::search});
        CHECK(why.section == reason::section_target_malformed);
        CHECK(why.sentence() == object::target_form(section(text).hook));
    }
    std::string const long_name(600, 'x');
    for (auto const* start : {"kprobe/", "kprobe.multi/", "ksyscall/", "raw_tp/", "tp/a/"})
        CHECK(refused(start + long_name).failure == error{errc::enametoolong, command::search});
    CHECK(refused("tp/" + long_name + "/a").failure.code == errc::enametoolong);
}

TEST_CASE("object: attachments are moved, left and pinned, and hold nothing after") {
    attachment none;
    CHECK_FALSE(none);
    CHECK_FALSE(none.link());
    CHECK(none.detach());
    CHECK(none.pin("/sys/fs/bpf/bpfxx_none").error() == error{errc::eopnotsupp, command::obj_pin});
    CHECK(std::move(none).release().error() == error{errc::eopnotsupp, command::search});

    noted<program_kind::raw_tracepoint> const watched;
    auto const runs = [&] {
        static_cast<void>(watched.take());
        getppid();
        return watched.take().times != 0;
    };
    auto attached = attach(watched, section("raw_tp/sys_enter"));
    if (!attached) return;
    int const number = attached->link().raw();
    attachment moved{std::move(*attached)};
    CHECK_FALSE(*attached);
    CHECK(moved.link().raw() == number);
    CHECK(runs());
    none = std::move(moved);
    CHECK(none.link().raw() == number);
    CHECK(runs());
    none = attachment{};
    CHECK_FALSE(runs());
    CHECK(fcntl(number, F_GETFD) == -1);

    auto left = object::attach(watched->fd(), section("raw_tp/sys_enter"));
    REQUIRE(left);
    int const kept = left->link().raw();
    std::move(*left).leave_attached();
    CHECK_FALSE(*left);
    CHECK(runs());
    close(kept);
    CHECK_FALSE(runs());

    attachment typed{watched->attach(raw_tracepoint_hook{.name = "sys_enter"}).value()};
    CHECK(typed.link());
    CHECK(runs());
}

TEST_CASE("object: where descriptors run out nothing is attached and none is lost") {
    noted<program_kind::raw_tracepoint> const watched;
    noted<program_kind::kprobe> const probes;
    support::descriptors_left const few{0};
    CHECK(object::attach(watched->fd(), section("raw_tp/sys_enter")).error().failure.code == errc::emfile);
    CHECK(object::attach(probes->fd(), section("uprobe//proc/self/exe:main")).error().failure.code == errc::emfile);
}

} // namespace
