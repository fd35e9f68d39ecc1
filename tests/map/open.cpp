// Maps found again: pinned, by id, through a descriptor, with less than all rights, as another type than they are.
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

namespace {

using namespace bpfxx;

using map_rw = hash_map<std::uint32_t, std::uint64_t>;
using map_ro = hash_map<std::uint32_t, std::uint64_t, read_only>;
using map_wo = hash_map<std::uint32_t, std::uint64_t, write_only>;

TEST_CASE("pinned, and opened again by path") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("map");
    {
        auto const map = map_rw::create({.max_entries = 50}).value();
        CHECK(map.update(1, 2));
        CHECK(map.pin(path.c_str()));
        CHECK(map.pin(path.c_str()).error() == error{errc::eexist, command::obj_pin});
        CHECK(map.pin(files.path("a.b").c_str()).error() == error{errc::eperm, command::obj_pin});
        CHECK(map.pin(files.path("no/where").c_str()).error() == error{errc::enoent, command::obj_pin});
        CHECK(map.pin("/tmp/not_bpffs").error() == error{errc::eperm, command::obj_pin});
    }
    auto const map = map_rw::open(path.c_str()).value();
    CHECK(map.max_entries() == 50);
    CHECK(**map.lookup(1) == 2);
    CHECK(map_rw::open(files.path("none").c_str()).error() == error{errc::enoent, command::obj_get});
    CHECK(map_rw::open("/dev/null").error() == error{errc::eacces, command::obj_get});
}

TEST_CASE("pinned and opened relative to a directory") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const map = map_rw::create({.max_entries = 5}).value();
    int const number = ::open(files.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(number > 0);
    auto const directory = owned_fd<kind::directory>::adopt_raw(number).value();
    auto const pinned = map.pin(directory, "relative");
    if (!pinned && pinned.error().code == errc::einval) return support::skip("relative paths need Linux 6.5");
    CHECK(pinned);
    CHECK(map_ro::open(directory, "relative"));
    CHECK(map_ro::open(directory, "missing").error() == error{errc::enoent, command::obj_get});
}

TEST_CASE("the access that a type stands for is what the kernel grants") {
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("map");
    auto const map = map_rw::create({.max_entries = 5}).value();
    CHECK(map.update(1, 2));
    CHECK(map.pin(path.c_str()));
    auto const ro = map_ro::open(path.c_str()).value();
    CHECK(**ro.lookup(1) == 2);
    // The kernel agrees: what the type leaves out, the descriptor cannot do either.
    std::uint32_t const key = 1;
    std::uint64_t const value = 3;
    CHECK(detail::update(ro.fd(), key, value, element_flags::any).error().code == errc::eperm);
    auto const wo = map_wo::open((*map.info())->id).value();
    CHECK(wo.update(1, 4));
    CHECK(detail::lookup<std::uint64_t>(wo.fd(), key, element_flags::any).error().code == errc::eperm);
    CHECK(**map.lookup(1) == 4);
    auto const created_ro = map_ro::create({.max_entries = 5}).value();
    CHECK(detail::update(created_ro.fd(), key, value, element_flags::any).error().code == errc::eperm);
}

TEST_CASE("another map than the type says is refused, by every way in") {
    auto const map = map_rw::create({.max_entries = 5}).value();
    auto const id = (*map.info())->id;
    auto const because = [](errc code) { return error{code, command::obj_get_info_by_fd}; };
    CHECK(map_rw::open(id));
    CHECK(array_map<std::uint64_t>::open(id).error() == because(errc::map_type_differs));
    CHECK(hash_map<std::uint64_t, std::uint64_t>::open(id).error() == because(errc::key_size_differs));
    CHECK(hash_map<std::uint32_t, std::uint32_t>::open(id).error() == because(errc::value_size_differs));
    CHECK(hash_map<std::uint32_t, std::uint32_t>::adopt(map.duplicate().value().release()).error() ==
          because(errc::value_size_differs));
    CHECK(map_rw::adopt(map.duplicate().value().release()));
    CHECK(map_rw::open(map_id{0x7fff'fff0}).error() == error{errc::enoent, command::map_get_fd_by_id});
}

} // namespace
