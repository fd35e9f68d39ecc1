// A cgroup link from its making to its end on the running kernel: swapped, pinned, detached, its program closed before
// it, its cgroup removed under it.
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/program/query.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"
#include "kernel/support/unprivileged.hpp"
#include "link/support/noting_programs.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <unistd.h>

namespace {

using namespace bpfxx;

constexpr char const* no_cgroup = "no cgroup2 here";

struct fixture {
    support::cgroup group;
    owned_fd<kind::cgroup> directory = group.open();
    support::notebook book;
    std::optional<support::noting_program> one = book.program<1>();
    support::noting_program two = book.program<2>();
    cgroup_link link = one->attach(cgroup_hook{.cgroup = directory}).value();

    [[nodiscard]] std::string ran() const { return book.read(group); }
};

/// The kernel lets go of a removed cgroup some time later.
bool loses_its_cgroup(cgroup_link const& link) {
    for (int i = 0; i != 500; ++i) {
        if (!link.info()->cgroup_id) return true;
        ::usleep(10'000);
    }
    return false;
}

} // namespace

TEST_CASE("another program under a cgroup link") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture f;
    CHECK(f.ran() == "1");
    REQUIRE(f.link.update(f.two));
    CHECK(f.ran() == "2");
    CHECK(f.link.info()->program == *f.two.id());
    CHECK(f.link.update(f.two, *f.one).error() == error{errc::eperm, command::link_update});
    REQUIRE(f.link.update(*f.one, f.two));
    CHECK(f.ran() == "1");
}

TEST_CASE("a cgroup link keeps to its hook, which the kernel would not see to") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture f;
    error const differs{errc::attach_type_differs, command::link_update};
    CHECK(f.link.update(f.book.program<3, cgroup_device_program>()).error() == differs);
    auto const other = f.book.program<3, cgroup_inet_sock_release_program>();
    CHECK(f.link.update(other).error() == differs);
    CHECK(f.link.update(other, *f.one).error() == differs);
    CHECK(f.ran() == "1");
    REQUIRE(sys::call(sys::attr::link_update{.link_fd = f.link.fd(), .new_prog_fd = other.fd()}));
    CHECK(f.link.info()->attach_type == attach_type::cgroup_inet_sock_create);
    CHECK(f.ran() == "3");
}

TEST_CASE("a cgroup link detached, and detached again") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture f;
    CHECK(f.link.info()->cgroup_id == f.group.id());
    REQUIRE(f.link.detach());
    CHECK(f.ran().empty());
    auto const info = f.link.info();
    REQUIRE(info);
    CHECK(!info->cgroup_id);
    CHECK(info->program == *f.one->id());
    CHECK(info->attach_type == attach_type::cgroup_inet_sock_create);
    CHECK(f.link.update(f.two).error() == error{errc::enolink, command::link_update});
    CHECK(f.link.detach());
    CHECK(attached_programs(f.directory, attach_type::cgroup_inet_sock_create, {})->count == 0);
}

TEST_CASE("a cgroup link keeps its program, and pinned also itself") {
    support::bpffs const files;
    if (!files || !support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    support::notebook const book;
    auto const path = files.path("link");
    std::optional<support::noting_program> program = book.program<7>();
    {
        auto const link = program->attach(cgroup_hook{.cgroup = directory});
        REQUIRE(link);
        program.reset();
        CHECK(book.read(group) == "7");
        REQUIRE(link->pin(path.c_str()));
    }
    CHECK(book.read(group) == "7");
    {
        auto const opened = cgroup_link::open(path.c_str());
        REQUIRE(opened);
        CHECK(opened->info()->cgroup_id == group.id());
        REQUIRE(::unlink(path.c_str()) == 0);
        CHECK(book.read(group) == "7");
    }
    CHECK(book.read(group).empty());
}

TEST_CASE("a cgroup removed under its link") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture f;
    f.group.remove();
    {
        auto const closed = std::move(f.directory);
    }
    CHECK(loses_its_cgroup(f.link));
    CHECK(f.link.info()->program == *f.one->id());
    CHECK(f.link.update(f.two).error() == error{errc::enolink, command::link_update});
    CHECK(f.link.detach());
}

TEST_CASE("a program twice at one cgroup, by two links") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    {
        auto const again = f.one->attach(cgroup_hook{.cgroup = f.directory});
        REQUIRE(again);
        CHECK(f.ran() == "11");
    }
    CHECK(f.ran() == "1");
}

TEST_CASE("what is no cgroup2 directory takes no program") {
    support::notebook const book;
    auto const program = book.program<1>();
    auto const no_cgroup_at_all = [&](int number) {
        auto const lent = fd_ref<kind::cgroup>::from_raw(number);
        return program.attach(cgroup_hook{.cgroup = lent}).error();
    };
    CHECK(no_cgroup_at_all(program.fd().raw()) == error{errc::ebadf, command::link_create});
    CHECK(no_cgroup_at_all(-1) == error{errc::ebadf, command::link_create});
}

TEST_CASE("a process without privilege") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    auto const packets = f.book.program<3, cgroup_inet_egress_program>();
    // Whoever holds both descriptors may attach, but for programs that see packets.
    CHECK(support::unprivileged([&] { return packets.attach(cgroup_hook{.cgroup = f.directory}); }) ==
          error{errc::eperm, command::link_create});
    CHECK(support::unprivileged([&] { return packets.attach(direct::cgroup_hook{.cgroup = f.directory}); }) ==
          error{errc::einval, command::prog_attach});
    CHECK(support::unprivileged([&] {
              return attached_programs(f.directory, attach_type::cgroup_inet_sock_create, {});
          }) == error{errc::eperm, command::prog_query});
}
