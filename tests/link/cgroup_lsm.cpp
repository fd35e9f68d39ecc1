// LSM programs that decide for one cgroup alone, where the running kernel has them.
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include "kernel/support/cgroup.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "link/support/cgroup_triggers.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

/// Adds 1 to the only element of an array, and allows what is asked or not.
template <std::int32_t Verdict>
constexpr auto counting = assemble(load_map_value(r1, map_slot<0>{}, 0), mov(r2, 1),
                                   atomic_add<std::uint64_t>(r1 + 0, r2), mov(r0, Verdict), insn::exit());

/// The number of the function that stands for an LSM hook.
std::optional<btf::type_id> function(char const* name) {
    auto const file = sys::file_bytes::open("/sys/kernel/btf/vmlinux");
    if (!file) return std::nullopt;
    auto const view = btf::view::parse(file->view());
    if (!view) return std::nullopt;
    auto const found = btf::find(*view, btf::kind::func, name);
    if (!found) return std::nullopt;
    return found->id();
}

struct counted {
    array_map<std::uint64_t> counter = array_map<std::uint64_t>::create({.max_entries = 1}).value();
    std::optional<lsm_cgroup_program> program;

    template <class Code>
    counted(Code const& code, btf::type_id hook) {
        auto loaded = lsm_cgroup_program::load(
            {.insns = code.with(counter.fd()), .license = "GPL", .name = "bind", .attach_btf_id = hook});
        if (loaded)
            program.emplace(std::move(*loaded));
        else
            refused = loaded.error();
    }

    [[nodiscard]] std::uint64_t count() const { return **counter.lookup(0); }

    error refused{};
};

/// Whether a process in the group binds a socket.
bool binds(support::cgroup const& group) {
    support::in_cgroup const inside{group};
    REQUIRE(inside);
    return support::bind<AF_INET>();
}

constexpr char const* no_hooks = "this kernel names no LSM hooks (CONFIG_BPF_LSM)";
constexpr char const* no_lsm = "this kernel attaches no program to LSM hooks of a cgroup";

/// Says so itself where it cannot go on.
bool attaches(result<cgroup_link> const& link) {
    if (link) return true;
    CHECK(link.error().during == command::link_create);
    support::skip(no_lsm);
    return false;
}

} // namespace

TEST_CASE("an LSM program decides over processes in its cgroup") {
    support::own_network const network;
    if (!network || !support::cgroup{}) return support::lacks_privilege("no cgroup2 or no network of its own");
    auto const hook = function("bpf_lsm_socket_bind");
    if (!hook) return support::skip(no_hooks);
    support::cgroup const group, other;
    auto const directory = group.open();
    counted const allowing{counting<1>, *hook}, denying{counting<0>, *hook};
    if (!allowing.program || !denying.program) return support::skip(no_lsm);
    {
        auto const link = allowing.program->attach(cgroup_hook{.cgroup = directory});
        if (!attaches(link)) return;
        CHECK(binds(group));
        CHECK(allowing.count() == 1);
        CHECK(binds(other));
        CHECK(allowing.count() == 1);
        if (allowing.count() == 1) support::fired("lsm_cgroup", "cgroup_hook");
        auto const info = link->info();
        REQUIRE(info);
        CHECK(info->attach_type == attach_type::lsm_cgroup);
        CHECK(info->cgroup_id == group.id());
        program_id ids[2];
        attach_flags flags[2];
        auto const there = attached_programs(directory, attach_type::lsm_cgroup, ids, flags);
        REQUIRE(there);
        REQUIRE(there->programs.size() == 1);
        CHECK(there->programs[0] == *allowing.program->id());
        CHECK(there->program_flags[0] == attach_flags::allow_multi);
    }
    CHECK(binds(group));
    CHECK(allowing.count() == 1);
    auto const link = denying.program->attach(cgroup_hook{.cgroup = directory});
    REQUIRE(link);
    CHECK_FALSE(binds(group));
    CHECK(binds(other));
}

TEST_CASE("an LSM program at a cgroup without a link") {
    support::own_network const network;
    if (!network || !support::cgroup{}) return support::lacks_privilege("no cgroup2 or no network of its own");
    auto const hook = function("bpf_lsm_socket_bind");
    if (!hook) return support::skip(no_hooks);
    support::cgroup const group;
    auto const directory = group.open();
    counted const first{counting<1>, *hook}, second{counting<1>, *hook};
    if (!first.program || !second.program) return support::skip(no_lsm);
    for (auto const alone : {cgroup_sharing::exclusive, cgroup_sharing::overridable})
        CHECK(first.program->attach(direct::cgroup_hook{.cgroup = directory, .sharing = alone}).error() ==
              error{errc::einval, command::prog_attach});
    auto guard = first.program->attach(direct::cgroup_hook{.cgroup = directory});
    if (!guard) {
        CHECK(guard.error().during == command::prog_attach);
        return support::skip(no_lsm);
    }
    auto const beside = second.program->attach(direct::cgroup_hook{.cgroup = directory});
    REQUIRE(beside);
    CHECK(binds(group));
    CHECK(first.count() == 1);
    CHECK(second.count() == 1);
    if (first.count() == 1) support::fired("lsm_cgroup", "direct::cgroup_hook");
    CHECK(guard->detach());
    CHECK(binds(group));
    CHECK(first.count() == 1);
    CHECK(second.count() == 2);
    REQUIRE(sys::call(sys::attr::prog_detach{
        .target_fd = directory, .attach_bpf_fd = second.program->fd(), .attach_type = attach_type::lsm_cgroup}));
    auto late = first.program->attach(direct::cgroup_hook{.cgroup = directory});
    REQUIRE(late);
    REQUIRE(sys::call(sys::attr::prog_detach{
        .target_fd = directory, .attach_bpf_fd = first.program->fd(), .attach_type = attach_type::lsm_cgroup}));
    CHECK(late->detach().error() == error{errc::enoent, command::prog_query});
}
