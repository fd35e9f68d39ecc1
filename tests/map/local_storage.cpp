// Values that hang on sockets, files, tasks and cgroups, on the running kernel.
#include <bpfxx/map/local_storage.hpp>

#include <bpfxx/btf/load.hpp>
#include <bpfxx/map/special.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/groups_and_events.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cstdint>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

struct note {
    std::uint64_t number;
    std::uint32_t colour;
    std::uint32_t zero;
    friend bool operator==(note const&, note const&) = default;
};

template <class Map>
struct has {
    static constexpr bool update = requires(Map const& map, typename Map::key_type key) { map.update(key, note{}); };
    static constexpr bool erase = requires(Map const& map, typename Map::key_type key) { map.erase(key); };
    static constexpr bool take = requires(Map const& map, typename Map::key_type key) { map.take(key); };
    static constexpr bool entries = requires(Map const& map) { map.entries(); };
    static constexpr bool freeze = requires(Map const& map) { map.freeze(); };
};
static_assert(has<sk_storage<note>>::update && has<sk_storage<note>>::erase && has<sk_storage<note>>::freeze);
static_assert(!has<sk_storage<note>>::take && !has<sk_storage<note>>::entries);
static_assert(!has<task_storage<note, read_only>>::update && !has<task_storage<note, read_only>>::erase);

/// A descriptor that any of these maps takes is of the kind that its key says: sockets hang on nothing but sockets.
template <class Map, class Fd>
concept keyed_by = requires(Map const& map, owned_fd<Fd> const& owner) { map.contains(owner); };
static_assert(keyed_by<sk_storage<note>, kind::socket> && !keyed_by<sk_storage<note>, kind::task>);
static_assert(keyed_by<task_storage<note>, kind::task> && !keyed_by<task_storage<note>, kind::cgroup>);
static_assert(keyed_by<inode_storage<note>, kind::directory> && keyed_by<inode_storage<note>, kind::cgroup>);
static_assert(!keyed_by<inode_storage<note>, kind::map>);

btf::map_types types_of_note() { return btf::load<fd_ref<kind::socket>, note>().value(); }

template <class Map>
void stored_found_erased(Map const& map, typename Map::key_type owner, typename Map::key_type other) {
    CHECK_FALSE(map.lookup(owner)->has_value());
    CHECK_FALSE(*map.replace(owner, {1, 1, 0}));
    CHECK(*map.insert(owner, {1, 2, 0}));
    CHECK_FALSE(*map.insert(owner, {1, 3, 0}));
    CHECK(**map.lookup(owner) == note{1, 2, 0});
    CHECK(map.update(owner, {2, 2, 0}));
    CHECK(*map.replace(owner, {3, 3, 0}));
    CHECK(**map.lookup(owner) == note{3, 3, 0});
    CHECK_FALSE(*map.contains(other));
    CHECK(map.update(other, {4, 4, 0}));
    CHECK(*map.erase(owner));
    CHECK_FALSE(*map.erase(owner));
    CHECK_FALSE(*map.contains(owner));
    CHECK(**map.lookup(other) == note{4, 4, 0});
}

support::socket_fd udp() { return support::take_over(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

TEST_CASE("a value for each socket") {
    auto const types = types_of_note();
    auto const map = sk_storage<note>::create({.name = "sockets", .btf = types.btf()}).value();
    auto const one = udp();
    auto const two = udp();
    stored_found_erased(map, one, two);
    auto const file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    auto const no_socket = fd_ref<kind::socket>::from_raw(file);
    CHECK(map.lookup(no_socket).error() == error{errc::enotsock, command::map_lookup_elem});
    ::close(file);
    CHECK(map.lookup(fd_ref<kind::socket>::from_raw(1 << 20)).error() == error{errc::ebadf, command::map_lookup_elem});
    CHECK(sk_storage<note>::open(map.id().value())->contains(two).value());
}

TEST_CASE("a socket takes its value with it, and finds it through every descriptor") {
    auto const types = types_of_note();
    auto const map = sk_storage<note>::create({.btf = types.btf()}).value();
    auto const one = udp();
    CHECK(map.update(one, {1, 1, 0}));
    auto const again = one.duplicate().value();
    CHECK(map.contains(again).value());
    {
        auto const two = udp();
        CHECK(map.update(two, {2, 2, 0}));
    }
    auto const three = udp(); // in the place of the second, as numbers go
    CHECK_FALSE(map.contains(three).value());
}

TEST_CASE("an accepted socket begins with a copy of the listening one's value where the map says so") {
    auto const types = types_of_note();
    using storage = sk_storage<note>;
    auto const cloning = storage::create({.btf = types.btf(), .flags = map_flags::clone}).value();
    auto const plain = storage::create({.btf = types.btf()}).value();
    auto const listening = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(support::bind_to(listening, support::loopback()));
    REQUIRE(::listen(listening.raw(), 1) == 0);
    CHECK(cloning.update(listening, {5, 6, 0}));
    CHECK(plain.update(listening, {7, 8, 0}));
    auto const address = support::address_of(listening);
    auto const client = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.raw(), reinterpret_cast<::sockaddr const*>(&address), sizeof address) == 0);
    auto const accepted = support::take_over(::accept4(listening.raw(), nullptr, nullptr, SOCK_CLOEXEC));
    CHECK(**cloning.lookup(accepted) == note{5, 6, 0});
    CHECK_FALSE(plain.lookup(accepted)->has_value());
    CHECK_FALSE(cloning.lookup(client)->has_value());
}

TEST_CASE("a value for each file") {
    auto const types = types_of_note();
    auto const made = inode_storage<note>::create({.name = "files", .btf = types.btf()});
    if (!made) {
        CHECK(made.error() == error{errc::einval, command::map_create});
        return support::skip("this kernel has no inode storage (CONFIG_BPF_LSM)");
    }
    auto const file = owned_fd<kind::file>::adopt_raw(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)).value();
    auto const directory = owned_fd<kind::directory>::adopt_raw(::open("/", O_PATH | O_CLOEXEC)).value();
    stored_found_erased(*made, file, directory);
    auto const same = owned_fd<kind::file>::adopt_raw(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)).value();
    CHECK(**made->lookup(same) == note{4, 4, 0}); // the inode counts, not the descriptor
}

owned_fd<kind::task> task(pid_t process) {
    return owned_fd<kind::task>::adopt_raw(static_cast<int>(syscall(__NR_pidfd_open, process, 0))).value();
}

TEST_CASE("a value for each task") {
    auto const types = types_of_note();
    auto const map = task_storage<note>::create({.name = "tasks", .btf = types.btf()}).value();
    auto const self = task(::getpid());
    pid_t const child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    auto const other = task(child);
    stored_found_erased(map, self, other);
    ::kill(child, SIGKILL);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK_FALSE(map.lookup(other)->has_value()); // reaped: no such task any more
    CHECK(map.update(other, {1, 1, 0}).error() == error{errc::enoent, command::map_update_elem});
}

TEST_CASE("a value for each cgroup") {
    auto const types = types_of_note();
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const made = cgrp_storage<note>::create({.name = "groups", .btf = types.btf()});
    if (!made) {
        CHECK(made.error() == error{errc::einval, command::map_create});
        return support::skip("this kernel has no cgrp_storage (before Linux 6.2)");
    }
    auto const root = groups.open_root();
    auto const empty = groups.open_empty();
    stored_found_erased(*made, root, empty);
    CHECK(*made->erase(empty));
    auto const no_group = fd_ref<kind::cgroup>::from_raw(STDERR_FILENO);
    CHECK(made->lookup(no_group).error() == error{errc::ebadf, command::map_lookup_elem});
}

TEST_CASE("a value with a lock is read and written under it") {
    struct guarded {
        std::uint64_t number;
        spin_lock lock;
        std::uint32_t zero;
    };
    auto const with_lock = btf::load<fd_ref<kind::socket>, guarded>().value();
    auto const map = sk_storage<guarded>::create({.btf = with_lock.btf()}).value();
    auto const socket = udp();
    CHECK(map.update_locked(socket, {7, {}, 0}));
    CHECK((*map.lookup_locked(socket))->number == 7);
}

TEST_CASE("the kernel wants the BTF of an int and of the value") {
    auto const wrong_key = btf::load<std::uint64_t, note>().value();
    auto const wrong_value = btf::load<int, std::uint64_t>().value();
    auto const refused = error{errc::einval, command::map_create};
    CHECK(sk_storage<note>::create({.btf = wrong_key.btf()}).error() == refused);
    CHECK(sk_storage<note>::create({.btf = wrong_value.btf()}).error() == refused);
    CHECK(sk_storage<note>::create({.btf = map_btf{}}).error() == refused);
}

} // namespace
