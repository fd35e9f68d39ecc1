// cgroup_array on the running kernel: a program asks whether the task that runs it is under a group.
#include <bpfxx/map/cgroup_array.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/groups_and_events.hpp"

#include <doctest/doctest.h>

#include <cerrno>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr auto is_under_1 =
    assemble(load_map(r1, map_slot<0>{}), mov(r2, 1), call(helper::current_task_under_cgroup), exit());

TEST_CASE("a program sees under which group its task is") {
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const root = groups.open_root();
    auto const empty = groups.open_empty();
    auto const map = cgroup_array<>::create({.name = "groups", .max_entries = 2}).value();
    auto const program = raw_tracepoint_program::load({.insns = is_under_1.with(map.fd()), .license = "GPL"}).value();
    auto const run = [&] { return static_cast<std::int32_t>(test_run(program).value().retval); };
    CHECK(run() == -EAGAIN);
    CHECK(map.update(1, empty));
    CHECK(run() == 0);
    CHECK(map.update(1, root));
    CHECK(run() == 1);
    CHECK(*map.erase(1));
    CHECK_FALSE(*map.erase(1));
    CHECK(run() == -EAGAIN);
    CHECK(map.update(2, root).error() == error{errc::e2big, command::map_update_elem});
    CHECK(map.erase(2).error() == error{errc::e2big, command::map_delete_elem});
}

TEST_CASE("what is no group does not go in, and nothing is read back") {
    auto const map = cgroup_array<>::create({.max_entries = 2}).value();
    auto const no_group = fd_ref<kind::cgroup>::from_raw(map.fd().raw());
    CHECK(map.update(0, no_group).error() == error{errc::ebadf, command::map_update_elem});
    std::uint32_t const index = 0;
    CHECK(bpfxx::detail::lookup<std::uint32_t>(map.fd(), index, element_flags::any).error().code == errc::enotsupp);
}

} // namespace
