// The order in which programs at one cgroup run, and those at a cgroup and at one below it, seen in what they note.
#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/link/cgroup.hpp>

#include "kernel/support/skip.hpp"
#include "link/support/noting_programs.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace {

using namespace bpfxx;

constexpr char const* no_cgroup = "no cgroup2 here";
constexpr char const* no_order = "this kernel has no order for programs at a cgroup (before Linux 6.17)";

/// A group, and programs that note into one book.
struct fixture {
    support::cgroup group;
    owned_fd<kind::cgroup> directory = group.open();
    support::notebook book;
    support::noting_program one = book.program<1>(), two = book.program<2>(), three = book.program<3>();

    [[nodiscard]] std::string ran() const { return book.read(group); }

    template <class Program>
    [[nodiscard]] cgroup_link link(Program const& program, attach_order order = {}) const {
        auto made = program.attach(cgroup_hook{.cgroup = directory, .order = order});
        INFO(std::string{made ? "" : describe(made.error()).view()});
        REQUIRE(made);
        return std::move(*made);
    }
    [[nodiscard]] auto without_link(support::noting_program const& program, attach_order order = {}) const {
        auto made = program.attach(direct::cgroup_hook{.cgroup = directory, .order = order});
        INFO(std::string{made ? "" : describe(made.error()).view()});
        REQUIRE(made);
        return std::move(*made);
    }
    [[nodiscard]] std::uint64_t revision() const {
        return attached_programs(directory, attach_type::cgroup_inet_sock_create, {})->revision.value_or(0);
    }
};

bool kernel_has_order() {
    fixture f;
    auto const made = f.one.attach(cgroup_hook{.cgroup = f.directory, .order = attach_order::first()});
    if (made) return true;
    CHECK(made.error() == error{errc::einval, command::link_create});
    // Nothing may be lost without a word: these fail, too.
    CHECK(f.one.attach(cgroup_hook{.cgroup = f.directory, .expected_revision = 1}).error() == made.error());
    CHECK(f.one.attach(cgroup_hook{.cgroup = f.directory, .expected_revision = 1, .preorder = true}).error() ==
          made.error());
    error const refused{errc::einval, command::prog_attach};
    CHECK(f.one.attach(direct::cgroup_hook{.cgroup = f.directory, .expected_revision = 1}).error() == refused);
    CHECK(f.one.attach(direct::cgroup_hook{.cgroup = f.directory, .order = attach_order::first()}).error() == refused);
    CHECK(f.ran().empty());
    CHECK(f.revision() == 0);
    return false;
}

} // namespace

TEST_CASE("programs run in the order in which they were attached") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    auto const two = f.link(f.two);
    auto const one = f.without_link(f.one);
    auto const three = f.link(f.three);
    CHECK(f.ran() == "213");
}

TEST_CASE("links go before and after links, named by descriptor or by id") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    if (!kernel_has_order()) return support::skip(no_order);
    fixture const f;
    auto const one = f.link(f.one);
    auto const two = f.link(f.two);
    {
        auto const three = f.link(f.three, attach_order::first());
        CHECK(f.ran() == "312");
    }
    {
        auto const three = f.link(f.three, attach_order::last());
        CHECK(f.ran() == "123");
    }
    {
        auto const three = f.link(f.three, attach_order::before(two.fd()));
        CHECK(f.ran() == "132");
    }
    {
        auto const three = f.link(f.three, attach_order::before(*one.id()));
        CHECK(f.ran() == "312");
    }
    {
        auto const three = f.link(f.three, attach_order::after(one.fd()));
        CHECK(f.ran() == "132");
    }
    {
        auto const three = f.link(f.three, attach_order::after(*two.id()));
        CHECK(f.ran() == "123");
    }
    CHECK(f.ran() == "12");
}

TEST_CASE("programs without a link go before and after such programs, named by descriptor or by id") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    if (!kernel_has_order()) return support::skip(no_order);
    fixture const f;
    auto const one = f.without_link(f.one);
    auto const two = f.without_link(f.two);
    {
        auto const three = f.without_link(f.three, attach_order::first());
        CHECK(f.ran() == "312");
    }
    {
        auto const three = f.without_link(f.three, attach_order::before(f.two.fd()));
        CHECK(f.ran() == "132");
    }
    {
        auto const three = f.without_link(f.three, attach_order::before(*f.one.id()));
        CHECK(f.ran() == "312");
    }
    {
        auto const three = f.without_link(f.three, attach_order::after(f.one.fd()));
        CHECK(f.ran() == "132");
    }
    {
        auto const three = f.without_link(f.three, attach_order::after(*f.two.id()));
        CHECK(f.ran() == "123");
    }
    CHECK(f.ran() == "12");
}

TEST_CASE("an anchor that is not there, or is of the other sort") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    if (!kernel_has_order()) return support::skip(no_order);
    fixture const f;
    support::cgroup const other;
    auto const elsewhere_fd = other.open();
    auto const one = f.link(f.one);
    auto const two = f.without_link(f.two);
    auto const elsewhere = f.one.attach(cgroup_hook{.cgroup = elsewhere_fd});
    REQUIRE(elsewhere);
    auto const link = [&](attach_order order) {
        return f.three.attach(cgroup_hook{.cgroup = f.directory, .order = order}).error();
    };
    auto const program = [&](attach_order order) {
        return f.three.attach(direct::cgroup_hook{.cgroup = f.directory, .order = order}).error();
    };
    CHECK(link(attach_order::before(elsewhere->fd())) == error{errc::enoent, command::link_create});
    CHECK(link(attach_order::before(link_id{0x7fff'ffff})) == error{errc::enoent, command::link_create});
    CHECK(link(attach_order::before(f.two.fd())) == error{errc::einval, command::link_create});
    CHECK(link(attach_order::after(*f.two.id())) == error{errc::einval, command::link_create});
    CHECK(program(attach_order::before(f.one.fd())) == error{errc::enoent, command::prog_attach});
    CHECK(program(attach_order::before(program_id{0x7fff'ffff})) == error{errc::enoent, command::prog_attach});
    CHECK(program(attach_order::before(one.fd())) == error{errc::einval, command::prog_attach});
    CHECK(program(attach_order::after(*one.id())) == error{errc::einval, command::prog_attach});
    CHECK(f.ran() == "12");
}

TEST_CASE("a revision that others have moved on") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    if (!kernel_has_order()) return support::skip(no_order);
    fixture const f;
    auto const empty = f.revision();
    CHECK(empty != 0);
    auto const one = f.one.attach(cgroup_hook{.cgroup = f.directory, .expected_revision = empty});
    REQUIRE(one);
    CHECK(f.revision() == empty + 1);
    CHECK(f.two.attach(cgroup_hook{.cgroup = f.directory, .expected_revision = empty}).error() ==
          error{errc::estale, command::link_create});
    CHECK(f.two.attach(cgroup_hook{.cgroup = f.directory, .expected_revision = empty, .preorder = true}).error() ==
          error{errc::estale, command::link_create});
    CHECK(f.two.attach(direct::cgroup_hook{.cgroup = f.directory, .expected_revision = empty}).error() ==
          error{errc::estale, command::prog_attach});
    auto const two = f.two.attach(
        cgroup_hook{.cgroup = f.directory, .order = attach_order::first(), .expected_revision = empty + 1});
    REQUIRE(two);
    auto const three = f.three.attach(direct::cgroup_hook{.cgroup = f.directory, .expected_revision = empty + 2});
    REQUIRE(three);
    CHECK(f.ran() == "213");
}

TEST_CASE("programs of a cgroup run before those of the cgroups above, unless those are preordered") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const above;
    support::cgroup const below{above.group};
    auto const below_fd = below.open();
    auto const one = above.link(above.one);
    auto const two = above.two.attach(cgroup_hook{.cgroup = below_fd});
    REQUIRE(two);
    CHECK(above.book.read(below) == "21");
    CHECK(above.ran() == "1");
    auto const three = above.three.attach(cgroup_hook{.cgroup = above.directory, .preorder = true});
    if (!three) {
        CHECK(three.error() == error{errc::einval, command::link_create});
        return support::skip("this kernel has no programs that run before those of cgroups below (before Linux 6.17)");
    }
    CHECK(above.book.read(below) == "321");
    CHECK(above.ran() == "31");
}

TEST_CASE("programs without a link are preordered, too") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const above;
    support::cgroup const below{above.group};
    auto const below_fd = below.open();
    auto const two = above.two.attach(cgroup_hook{.cgroup = below_fd});
    REQUIRE(two);
    auto const three = above.three.attach(direct::cgroup_hook{.cgroup = above.directory, .preorder = true});
    if (!three) {
        CHECK(three.error() == error{errc::einval, command::prog_attach});
        return support::skip("this kernel has no programs that run before those of cgroups below (before Linux 6.15)");
    }
    CHECK(above.book.read(below) == "32");
}

TEST_CASE("64 programs are as many as there can be") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    std::vector<cgroup_link> links;
    for (int i = 0; i != 63; ++i) links.push_back(f.link(f.one)); // each by a link of its own
    auto const last = f.without_link(f.two);
    CHECK(f.three.attach(cgroup_hook{.cgroup = f.directory}).error() == error{errc::e2big, command::link_create});
    CHECK(f.three.attach(direct::cgroup_hook{.cgroup = f.directory}).error() ==
          error{errc::e2big, command::prog_attach});
    links.pop_back();
    CHECK(f.three.attach(cgroup_hook{.cgroup = f.directory}));
}
