// What stands behind the names of sections, taken apart.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/section_target.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;
using namespace bpfxx::object;
using std::string_view;

constexpr section_name section(string_view text) { return *parse_section_name(text); }

constexpr bool is_missing(malformed const& problem) { return problem.why == reason::section_target_missing; }
constexpr bool is_wrong(malformed const& problem) { return problem.why == reason::section_target_malformed; }

// clang-format off: one name a line
static_assert(*kernel_function_of(section("kprobe/do_unlinkat")) == kernel_function{"do_unlinkat", 0});
static_assert(*kernel_function_of(section("kretprobe/do_unlinkat")) == kernel_function{"do_unlinkat", 0});
static_assert(*kernel_function_of(section("kprobe/f.isra.0+16")) == kernel_function{"f.isra.0", 16});
static_assert(*kernel_function_of(section("kprobe/f+0x1F")) == kernel_function{"f", 31});
static_assert(*kernel_function_of(section("kprobe/f+0XaB")) == kernel_function{"f", 171});
static_assert(*kernel_function_of(section("kprobe/f+017")) == kernel_function{"f", 15});
static_assert(*kernel_function_of(section("kprobe/f+0")) == kernel_function{"f", 0});
static_assert(*kernel_function_of(section("kretprobe/f+0")) == kernel_function{"f", 0});
static_assert(*kernel_function_of(section("kprobe/f+9223372036854775807")) == kernel_function{"f", 0x7fff'ffff'ffff'ffff});
static_assert(*kernel_function_of(section("kprobe.multi/tcp_*_?x")) == kernel_function{"tcp_*_?x", 0});
static_assert(*kernel_function_of(section("kprobe.session/do_rmdir")) == kernel_function{"do_rmdir", 0});
static_assert(*kernel_function_of(section("ksyscall/unlinkat")) == kernel_function{"unlinkat", 0});
static_assert(*tracepoint_of(section("tp/syscalls/sys_enter_openat")) == named_tracepoint{"syscalls", "sys_enter_openat"});
static_assert(*tracepoint_of(section("tracepoint/sched/x")) == named_tracepoint{"sched", "x"});
static_assert(*raw_tracepoint_of(section("raw_tp/sys_enter")) == "sys_enter");
static_assert(*file_function_of(section("uprobe//bin/sh:main")) == file_function{"/bin/sh", "main", 0});
static_assert(*file_function_of(section("uprobe/libc.so.6:malloc+0x10")) == file_function{"libc.so.6", "malloc", 16});
static_assert(*file_function_of(section("uprobe/a:b+c")) == file_function{"a", "b+c", 0});
static_assert(*file_function_of(section("uprobe/a:b+c+5")) == file_function{"a", "b+c", 5});
static_assert(*file_function_of(section("uprobe/a:b:c")) == file_function{"a", "b:c", 0});
static_assert(*file_function_of(section("uretprobe.s/./a/b:f")) == file_function{"./a/b", "f", 0});
static_assert(*file_function_of(section("uretprobe/a:f+0")) == file_function{"a", "f", 0});
static_assert(*file_function_of(section("uprobe.multi//a/b:f*+1")) == file_function{"/a/b", "f*+1", 0});
static_assert(*static_probe_of(section("usdt//bin/sh:provider:name")) == named_probe{"/bin/sh", "provider", "name"});
static_assert(*static_probe_of(section("usdt.s/libc.so.6:libc:setjmp")) == named_probe{"libc.so.6", "libc", "setjmp"});
static_assert(*type_of(section("fentry/do_unlinkat")) == named_type{"", "do_unlinkat"});
static_assert(*type_of(section("fexit/veth:veth_xmit")) == named_type{"veth", "veth_xmit"});
static_assert(*type_of(section("tp_btf/sched_switch")) == named_type{"", "sched_switch"});
static_assert(*type_of(section("lsm_cgroup/socket_bind")) == named_type{"", "socket_bind"});
// clang-format on

TEST_CASE("object: functions of the kernel that are not understood") {
    CHECK(is_missing(kernel_function_of(section("kprobe")).error()));
    CHECK(is_missing(kernel_function_of(section("kprobe.multi")).error()));
    for (auto const* wrong : {"kprobe/",
                              "kprobe/+1",
                              "kprobe/f+",
                              "kprobe/f+x",
                              "kprobe/f+0x",
                              "kprobe/f+1z",
                              "kprobe/f+08",
                              "kprobe/f-1",
                              "kprobe/f+-1",
                              "kprobe/f 1",
                              "kprobe/f+1+2",
                              "kprobe/f/g",
                              "kprobe/m:f",
                              "kprobe/f*",
                              "kprobe/f+0xg",
                              "kprobe/f+9223372036854775808",
                              "kprobe/f+99999999999999999999",
                              "kretprobe/f+1",
                              "kprobe.multi/f+1",
                              "kprobe.multi/a,b",
                              "kprobe.multi/",
                              "kprobe.session/f!",
                              "ksyscall/f+0",
                              "ksyscall/f*",
                              "ksyscall/"}) {
        INFO(std::string{wrong});
        auto const answer = kernel_function_of(section(wrong));
        CHECK(is_wrong(answer.error()));
        CHECK(answer.error().name == wrong);
    }
}

TEST_CASE("object: tracepoints that are not understood") {
    CHECK(is_missing(tracepoint_of(section("tp")).error()));
    CHECK(is_missing(raw_tracepoint_of(section("raw_tp")).error()));
    CHECK(is_wrong(raw_tracepoint_of(section("raw_tp.w/")).error()));
    for (auto const* wrong : {"tp/", "tp/sched", "tp/sched/", "tp//x", "tp/a/b/c", "tracepoint//"})
        CHECK(is_wrong(tracepoint_of(section(wrong)).error()));
}

TEST_CASE("object: functions of files that are not understood") {
    CHECK(is_missing(file_function_of(section("uprobe")).error()));
    CHECK(is_missing(file_function_of(section("uprobe.multi.s")).error()));
    for (auto const* wrong : {"uprobe/", "uprobe//bin/sh", "uprobe/:f", "uprobe//bin/sh:", "uprobe/a:+5",
                              "uretprobe/a:f+1", "uretprobe.s/a:f+0x1", "uprobe.multi/a", "uprobe.multi/a:"}) {
        INFO(std::string{wrong});
        CHECK(is_wrong(file_function_of(section(wrong)).error()));
    }
}

TEST_CASE("object: static probes and types that are not understood") {
    CHECK(is_missing(static_probe_of(section("usdt")).error()));
    for (auto const* wrong : {"usdt/", "usdt/a", "usdt/a:b", "usdt/a:b:", "usdt/:b:c", "usdt/a::c", "usdt/a:b:c:d"})
        CHECK(is_wrong(static_probe_of(section(wrong)).error()));
    CHECK(is_missing(type_of(section("fentry")).error()));
    for (auto const* wrong : {"fentry/", "fentry/:f", "fentry/m:", "lsm/"})
        CHECK(is_wrong(type_of(section(wrong)).error()));
}

TEST_CASE("object: what attaches by itself, and what loading needs a type for") {
    for (auto const* text :
         {"kprobe/f", "uretprobe/a:f", "kprobe.multi/f", "uprobe.session/a:f", "ksyscall/x", "usdt/a:b:c", "tp/a/b",
          "raw_tp/x", "tp_btf/x", "fentry/x", "freplace/x", "lsm/x", "iter/x", "kprobe/"})
        CHECK(attaches_by_itself(section(text)));
    for (auto const* text : {"kprobe", "uprobe", "usdt", "tp", "raw_tp.w", "fentry", "iter", "xdp", "tc", "tcx/ingress",
                             "lsm_cgroup/x", "cgroup/dev", "struct_ops/x", "socket", "syscall", "netfilter"})
        CHECK_FALSE(attaches_by_itself(section(text)));
    for (auto const* text : {"tp_btf/x", "fentry", "fmod_ret.s/x", "freplace/x", "lsm/x", "lsm_cgroup/x", "iter.s/x"})
        CHECK(needs_type(section(text)));
    for (auto const* text : {"kprobe/f", "raw_tp/x", "cgroup/dev", "struct_ops/x", "syscall"})
        CHECK_FALSE(needs_type(section(text)));
}

TEST_CASE("object: every hook has words of its own") {
    for (unsigned one = 0; one <= static_cast<unsigned>(object::hook::struct_ops); ++one) {
        auto const words = target_form(static_cast<object::hook>(one));
        CHECK(words != "unknown hook");
        for (unsigned other = 0; other != one; ++other) CHECK(words != target_form(static_cast<object::hook>(other)));
    }
    CHECK(target_form(static_cast<object::hook>(200)) == "unknown hook");
}

TEST_CASE("object: whatever a name says, nothing is read outside of it") {
    constexpr string_view alphabet = "/:+*?.0x9fa_ ";
    constexpr string_view starts[]{"kprobe/", "kprobe.multi/", "uprobe/", "usdt/",
                                   "tp/",     "fentry/",       "raw_tp/", "?uprobe.s/"};
    std::uint32_t state = 1;
    for (int round = 0; round != 20'000; ++round) {
        std::string text{starts[static_cast<std::size_t>(round) % std::size(starts)]};
        for (state = state * 1664525 + 1013904223; (state >> 16) % 16 != 0; state = state * 1664525 + 1013904223)
            text += alphabet[(state >> 20) % alphabet.size()];
        // A copy that ends where the text does, so that a sanitizer sees what is read behind it.
        std::string const exact{text.data(), text.size()};
        auto const parsed = parse_section_name({exact.data(), exact.size()});
        REQUIRE(parsed);
        auto const& one = *parsed;
        bool const understood = kernel_function_of(one) || tracepoint_of(one) || file_function_of(one) ||
                                static_probe_of(one) || type_of(one) || raw_tracepoint_of(one);
        CHECK(understood == !one.target->empty());
        if (round > 2000) continue;
        for (std::size_t size = 0; size != exact.size(); ++size)
            static_cast<void>(parse_section_name({exact.data(), size}));
    }
}

} // namespace
