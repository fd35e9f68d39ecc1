// Values that come with the programs attached to a cgroup, on the running kernel.
#include <bpfxx/map/cgroup_storage.hpp>
#include <bpfxx/map/per_cpu_cgroup_storage.hpp>

#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/special.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/attr/link.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/groups_and_events.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

static_assert(sizeof(cgroup_storage_key) == 16);

template <class Map>
struct has {
    using key = typename Map::key_type;
    static constexpr bool update = requires(Map const& map) { map.update(key{}, 1); };
    static constexpr bool replace = requires(Map const& map) { map.replace(key{}, 1); };
    static constexpr bool insert = requires(Map const& map) { map.insert(key{}, 1); };
    static constexpr bool erase = requires(Map const& map) { map.erase(key{}); };
    static constexpr bool entries = requires(Map const& map) { map.entries(); };
};
using one_value = has<cgroup_storage<std::uint64_t>>;
static_assert(one_value::update && one_value::replace && !one_value::insert && !one_value::erase && one_value::entries);

/// Adds 1 to the number that hangs on the group; the packet goes on.
constexpr auto counting = [] {
    using namespace insn;
    return assemble(load_map(r1, map_slot<0>{}), mov(r2, 0), insn::call(helper::get_local_storage), mov(r1, 1),
                    atomic_add<std::uint64_t>(r0 + 0, r1), mov(r0, 1), insn::exit());
}();

/// A program that uses a map, attached to a group until the end of its life.
template <class Map>
class counted_group {
  public:
    counted_group(Map const& map, fd_ref<kind::cgroup> group, attach_type where) {
        char log[4096];
        auto loaded = cgroup_skb_program::load(
            {.insns = counting.with(map.fd()), .license = "GPL", .expected_attach_type = where}, log);
        INFO(std::string{loaded ? "" : loaded.error().log});
        REQUIRE(loaded);
        auto linked =
            sys::call(sys::attr::link_create_cgroup{.prog_fd = loaded->fd(), .target_fd = group, .attach_type = where});
        REQUIRE(linked);
        link_.emplace(std::move(*linked));
    }

  private:
    std::optional<owned_fd<kind::link>> link_;
};

std::uint64_t number_of(fd_ref<kind::cgroup> group) {
    struct stat found{};
    REQUIRE(::fstat(group.raw(), &found) == 0);
    return found.st_ino;
}

/// Sends packets out of a process in the group; whether that went well.
bool send_from(fd_ref<kind::cgroup> group, int packets) {
    int const members = ::openat(group.raw(), "cgroup.procs", O_WRONLY | O_CLOEXEC);
    pid_t const child = ::fork();
    if (child == 0) {
        auto const moved = ::write(members, "0", 1) == 1;
        int const socket = ::socket(AF_INET, SOCK_DGRAM, 0);
        auto const to = support::loopback(9);
        bool sent = moved;
        for (int i = 0; i != packets; ++i)
            sent = sent && ::sendto(socket, "x", 1, 0, reinterpret_cast<::sockaddr const*>(&to), sizeof to) == 1;
        ::_exit(sent ? 0 : 1);
    }
    ::close(members);
    int status = 1;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST_CASE("a value appears with the program, counts, can be replaced, and goes with the map's use") {
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const group = groups.open_empty();
    auto const map = cgroup_storage<std::uint64_t>::create({.name = "sent"}).value();
    cgroup_storage_key const key{number_of(group), attach_type::cgroup_inet_egress};

    CHECK_FALSE(map.lookup(key)->has_value());
    CHECK(map.update(key, 1).error() == error{errc::enoent, command::map_update_elem});
    CHECK_FALSE(*map.replace(key, 1));
    CHECK(detail::update(map.fd(), key, std::uint64_t{1}, element_flags::noexist).error().code == errc::einval);
    for ([[maybe_unused]] auto const& each : map.keys()) FAIL_CHECK("there is nothing yet");

    counted_group const counted{map, group, attach_type::cgroup_inet_egress};
    CHECK(**map.lookup(key) == 0);
    CHECK(send_from(group, 5));
    CHECK(**map.lookup(key) == 5);
    CHECK(*map.replace(key, 100));
    CHECK(send_from(group, 2));
    CHECK(**map.lookup(key) == 102);
    CHECK(map.update(key, 7));
    CHECK(**map.lookup(key) == 7);
    CHECK_FALSE(*map.contains({key.cgroup_inode_id, attach_type::cgroup_inet_ingress}));
    CHECK(detail::erase(map.fd(), key).error().code == errc::einval);
}

TEST_CASE("a walk sees every value, though the map has no capacity that could bound it") {
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const group = groups.open_empty();
    auto const root = groups.open_root();
    auto const map = cgroup_storage<std::uint64_t>::create({}).value();
    counted_group const out{map, group, attach_type::cgroup_inet_egress};
    cgroup_storage_key const first{number_of(group), attach_type::cgroup_inet_egress};
    CHECK(map.update(first, 11));
    auto const opened = cgroup_storage<std::uint64_t>::open(map.id().value()).value();
    for (auto const* const view : {&map, &opened}) {
        std::vector<std::uint64_t> values;
        for (auto const& [key, value] : view->entries()) {
            CHECK(key == first);
            values.push_back(value);
        }
        CHECK(values == std::vector<std::uint64_t>{11});
        int keys = 0;
        for ([[maybe_unused]] auto const& key : view->keys()) ++keys;
        CHECK(keys == 1);
    }
}

TEST_CASE("one value for a group, whatever the hook") {
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const group = groups.open_empty();
    auto const map = shared_cgroup_storage<std::uint64_t>::create({}).value();
    counted_group const out{map, group, attach_type::cgroup_inet_egress};
    counted_group const in{map, group, attach_type::cgroup_inet_ingress};
    CHECK(**map.lookup(number_of(group)) == 0);
    CHECK(send_from(group, 4));
    CHECK(**map.lookup(number_of(group)) == 4); // nobody in the group receives
}

TEST_CASE("a value for each processor") {
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const group = groups.open_empty();
    auto const cpus = possible_cpus::read().value();
    auto const map = per_cpu_cgroup_storage<std::uint64_t>::create({.name = "sent"}).value();
    counted_group const out{map, group, attach_type::cgroup_inet_egress};
    std::vector<per_cpu_slot<std::uint64_t>> slots(cpus.count());
    auto const values = per_cpu_values<std::uint64_t>::over(slots, cpus).value();
    cgroup_storage_key const key{number_of(group), attach_type::cgroup_inet_egress};
    CHECK(*map.lookup(key, values));
    CHECK(values.sum() == 0);
    CHECK(send_from(group, 6));
    CHECK(*map.lookup(key, values));
    CHECK(values.sum() == 6);
    values.fill(2);
    CHECK(*map.replace(key, values));
    values.fill(0);
    CHECK(*map.lookup(key, values));
    CHECK(values.sum() == 2 * cpus.count());
    CHECK_FALSE(*map.replace({1, attach_type::cgroup_inet_egress}, values));
    CHECK(map.update({1, attach_type::cgroup_inet_egress}, values).error().code == errc::enoent);
    CHECK(per_cpu_shared_cgroup_storage<std::uint64_t>::create({}));
}

TEST_CASE("a value with a lock, and the BTF of the key") {
    struct guarded {
        std::uint64_t number;
        spin_lock lock;
        std::uint32_t zero;
    };
    auto const types = btf::load<std::uint64_t, guarded>().value();
    CHECK(shared_cgroup_storage<guarded>::create({.btf = types.btf()}));
}

TEST_CASE("one key is not taken for the other, nor the type for its successor") {
    auto const map = shared_cgroup_storage<std::uint64_t>::create({}).value();
    CHECK(cgroup_storage<std::uint64_t>::open(map.id().value()).error().code == errc::key_size_differs);
    CHECK(per_cpu_shared_cgroup_storage<std::uint64_t>::open(map.id().value()).error().code == errc::map_type_differs);
}

} // namespace
