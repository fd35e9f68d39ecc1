// Links to many functions of the kernel, where it has them.
#include <bpfxx/link/kprobe_multi.hpp>
#include <bpfxx/program/handle.hpp>

#include "kernel/support/cookies.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/kprobes.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

char const* const functions[]{support::probed_kernel_function, support::other_kernel_function};
char const* const none = "this kernel has no kprobe_multi links (before Linux 5.18, or built without)";

support::cookies::noted calls(support::cookies const& seen) {
    static_cast<void>(seen.take());
    for (int i = 0; i != 10; ++i) support::call_probed_kernel_function();
    for (int i = 0; i != 5; ++i) support::call_other_kernel_function();
    return seen.take();
}

/// Loaded and attached, or nothing where the kernel cannot.
template <class Kind>
struct traced {
    support::cookies seen;
    std::optional<bpfxx::program<Kind>> program;

    template <class Code>
    explicit traced(Code const& code) {
        auto loaded = bpfxx::program<Kind>::load({.insns = code.with(seen.fd()), .license = "GPL"});
        if (loaded) program.emplace(std::move(*loaded));
    }

    [[nodiscard]] std::optional<kprobe_multi_link> link(kprobe_multi_hook const& hook) const {
        if (!program) return std::nullopt;
        auto link = program->attach(hook);
        if (!link && (link.error().code == errc::eopnotsupp || link.error().code == errc::einval)) return std::nullopt;
        INFO(std::string{link ? "" : describe(link.error()).view()});
        REQUIRE(link);
        return std::move(*link);
    }
};

constexpr auto runs_on = support::noting_cookie<0>();
constexpr auto skips_return = support::noting_cookie<1>();

std::uint64_t address_of(std::string const& function) {
    std::ifstream symbols{"/proc/kallsyms"};
    std::string address, type, name;
    while (symbols >> address >> type >> name) {
        if (name == function) return std::stoull(address, nullptr, 16);
        symbols.ignore(1000, '\n');
    }
    return 0;
}

} // namespace

TEST_CASE("a program at two functions runs at both, while its link lives") {
    traced<program_kind::kprobe_multi> const traced{runs_on};
    CHECK(calls(traced.seen).count == 0);
    {
        auto const link = traced.link({.functions = functions});
        if (!link) return support::skip(none);
        CHECK(calls(traced.seen).count == 15);
        support::fired("kprobe_multi", "kprobe_multi_hook");
    }
    CHECK(calls(traced.seen).count == 0);
}

TEST_CASE("each function has its cookie, at entry and at return") {
    constexpr std::uint64_t cookies[]{1000, 1};
    for (bool const returning : {false, true}) {
        traced<program_kind::kprobe_multi> const traced{runs_on};
        auto const link = traced.link({.functions = functions, .cookies = cookies, .returning = returning});
        if (!link) return support::skip(none);
        auto const noted = calls(traced.seen);
        CHECK(noted.count == 15);
        CHECK(noted.sum == 10'005);
        auto const info = link->info();
        REQUIRE(info);
        if (info->count != 0) CHECK(info->returning == returning);
    }
}

TEST_CASE("a session runs at the entry and, if it likes, at the return") {
    {
        traced<program_kind::kprobe_session> const both{runs_on};
        auto const link = both.link({.functions = functions});
        if (!link) return support::skip("this kernel has no kprobe sessions (before Linux 6.10)");
        CHECK(calls(both.seen).count == 30);
        support::fired("kprobe_session", "kprobe_multi_hook");
        CHECK(both.program->attach(kprobe_multi_hook{.functions = functions, .returning = true}).error() ==
              error{errc::einval, command::link_create});
    }
    traced<program_kind::kprobe_session> const entry{skips_return};
    auto const link = entry.link({.functions = functions});
    CHECK(calls(entry.seen).count == 15);
}

TEST_CASE("by address, and info tells addresses and cookies") {
    std::uint64_t addresses[]{address_of(functions[0]), address_of(functions[1])};
    constexpr std::uint64_t given[]{7, 8};
    traced<program_kind::kprobe_multi> const traced{runs_on};
    auto const link = traced.link({.addresses = addresses, .cookies = given});
    if (!link) return support::skip(none);
    CHECK(calls(traced.seen).sum == 10 * 7 + 5 * 8);

    auto const count = link->info();
    REQUIRE(count);
    CHECK(count->program == *traced.program->id());
    CHECK(count->id == *link->id());
    if (count->count == 0) return support::skip("this kernel does not tell what such a link is at (before Linux 6.6)");
    CHECK(count->count == 2);
    CHECK(count->addresses.empty());
    std::uint64_t found[4], cookies[4];
    auto const info = link->info(found, cookies);
    REQUIRE(info);
    REQUIRE(info->addresses.size() == 2);
    REQUIRE(info->cookies.size() == 2);
    CHECK(info->missed == 0u);
    CHECK(!info->returning);
    for (std::size_t i = 0; i != 2; ++i) {
        auto const which = info->addresses[i] == addresses[0] ? 0u : 1u;
        CHECK(info->addresses[i] == addresses[which]);
        CHECK(info->cookies[i] == given[which]);
    }
    CHECK(info->addresses[0] != info->addresses[1]);
    CHECK(link->info(std::span{found}.first(1)).error() == error{errc::enospc, command::obj_get_info_by_fd});
}

TEST_CASE("what there is not, and what may not be") {
    traced<program_kind::kprobe_multi> const traced{runs_on};
    if (!traced.link({.functions = functions})) return support::skip(none);
    auto const refusal = [&](kprobe_multi_hook const& hook) {
        auto const link = traced.program->attach(hook);
        REQUIRE(!link);
        return link.error();
    };
    char const* const unknown[]{"bpfxx_has_no_such_function"};
    auto const missing = refusal({.functions = unknown});
    CHECK(missing.during == command::link_create);
    CHECK((missing.code == errc::esrch || missing.code == errc::enoent));
    std::uint64_t const nowhere[]{1};
    auto const misplaced = refusal({.addresses = nowhere});
    CHECK(misplaced.during == command::link_create);
    // Capabilities are asked for where the program is loaded: who has it may attach it, though some kernels differ.
    auto const denied =
        support::unprivileged([&] { return traced.program->attach(kprobe_multi_hook{.functions = functions}); });
    CHECK((denied == error{} || denied == error{errc::eperm, command::link_create}));
    auto const refused = [&] {
        support::descriptors_left const few{0};
        return traced.program->attach(kprobe_multi_hook{.functions = functions});
    }();
    CHECK(refused.error() == error{errc::emfile, command::link_create});
    CHECK(calls(traced.seen).count == 0);
}

TEST_CASE("such a link cannot be detached or given another program") {
    traced<program_kind::kprobe_multi> const traced{runs_on};
    auto const link = traced.link({.functions = functions});
    if (!link) return support::skip(none);
    CHECK(sys::call(sys::attr::link_detach{link->fd()}).error() == error{errc::eopnotsupp, command::link_detach});
    CHECK(sys::call(sys::attr::link_update{.link_fd = link->fd(), .new_prog_fd = traced.program->fd()}).error() ==
          error{errc::einval, command::link_update});
    CHECK(calls(traced.seen).count == 15);
}
