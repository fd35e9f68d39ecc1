// Programs at a cgroup without a link, on the running kernel: how they share their hook, take each other's place, and that
// each guard ends its own program alone.
#include <bpfxx/attach/cgroup.hpp>

#include "kernel/support/skip.hpp"
#include "link/support/noting_programs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace {

using namespace bpfxx;

constexpr char const* no_cgroup = "no cgroup2 here";
constexpr auto hook_type = attach_type::cgroup_inet_sock_create;
constexpr error taken{errc::attached_by_another, command::prog_query}, gone{errc::enoent, command::prog_query},
    forbidden{errc::eperm, command::prog_attach};

using guard = direct::attachment<direct::cgroup_undo>;

struct fixture {
    support::cgroup group;
    owned_fd<kind::cgroup> directory = group.open();
    support::notebook book;
    support::noting_program one = book.program<1>(), two = book.program<2>(), three = book.program<3>();

    [[nodiscard]] std::string ran() const { return book.read(group); }

    [[nodiscard]] result<guard> try_attach(support::noting_program const& program, cgroup_sharing sharing,
                                           optional_fd_ref<kind::program> replace = {}) const {
        return program.attach(direct::cgroup_hook{.cgroup = directory, .sharing = sharing, .replace = replace});
    }
    [[nodiscard]] guard attach(support::noting_program const& program, cgroup_sharing sharing,
                               optional_fd_ref<kind::program> replace = {}) const {
        auto made = try_attach(program, sharing, replace);
        INFO(std::string{made ? "" : describe(made.error()).view()});
        REQUIRE(made);
        return std::move(*made);
    }
    /// What somebody does who looks at nothing.
    void attach_by_force(support::noting_program const& program, attach_flags flags = {}) const {
        REQUIRE(sys::call(sys::attr::prog_attach{
            .target_fd = directory, .attach_bpf_fd = program.fd(), .attach_type = hook_type, .attach_flags = flags}));
    }
    void detach_by_force(support::noting_program const& program) const {
        REQUIRE(sys::call(
            sys::attr::prog_detach{.target_fd = directory, .attach_bpf_fd = program.fd(), .attach_type = hook_type}));
    }
    [[nodiscard]] std::uint32_t count() const { return attached_programs(directory, hook_type, {})->count; }
};

constexpr cgroup_sharing alone[]{cgroup_sharing::exclusive, cgroup_sharing::overridable};

} // namespace

TEST_CASE("programs without a link share their hook with one another and with links") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    {
        auto const one = f.attach(f.one, cgroup_sharing::multi);
        auto const two = f.attach(f.two, cgroup_sharing::multi);
        auto const three = f.three.attach(cgroup_hook{.cgroup = f.directory});
        CHECK(f.ran() == "123");
        CHECK(f.try_attach(f.one, cgroup_sharing::multi).error() == error{errc::einval, command::prog_attach});
        for (auto const sharing : alone) CHECK(f.try_attach(f.one, sharing).error() == forbidden);
    }
    CHECK(f.ran().empty());
    CHECK(f.count() == 0);
}

TEST_CASE("the program may be closed before, and the directory") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    support::notebook const book;
    {
        std::optional<support::noting_program> program = book.program<5>();
        std::optional directory = group.open();
        auto const attached = program->attach(direct::cgroup_hook{.cgroup = *directory});
        REQUIRE(attached);
        program.reset();
        directory.reset();
        CHECK(book.read(group) == "5");
    }
    CHECK(book.read(group).empty());
}

TEST_CASE("a hook for one program takes no other") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    for (auto const sharing : alone) {
        CAPTURE(static_cast<unsigned>(sharing));
        fixture const f;
        auto const one = f.attach(f.one, sharing);
        auto const other = sharing == alone[0] ? alone[1] : alone[0];
        CHECK(f.try_attach(f.two, sharing).error() == taken);
        CHECK(f.try_attach(f.one, sharing).error() == taken);
        CHECK(f.try_attach(f.two, other).error() == forbidden);
        CHECK(f.try_attach(f.two, cgroup_sharing::multi).error() == forbidden);
        CHECK(f.two.attach(cgroup_hook{.cgroup = f.directory}).error() == error{errc::eperm, command::link_create});
        CHECK(f.ran() == "1");
    }
}

TEST_CASE("a cgroup below an exclusive program takes none, one below an overridable program takes its own") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    for (auto const sharing : alone) {
        fixture const f;
        support::cgroup const below{f.group};
        auto const below_fd = below.open();
        auto const one = f.attach(f.one, sharing);
        auto const two = f.two.attach(direct::cgroup_hook{.cgroup = below_fd, .sharing = cgroup_sharing::overridable});
        if (sharing == cgroup_sharing::exclusive) {
            CHECK(two.error() == forbidden);
            CHECK(f.book.read(below) == "1");
        } else {
            REQUIRE(two);
            CHECK(f.book.read(below) == "2");
            CHECK(f.ran() == "1");
        }
    }
}

TEST_CASE("one program takes the place of another") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    for (auto const sharing : {cgroup_sharing::exclusive, cgroup_sharing::overridable, cgroup_sharing::multi}) {
        CAPTURE(static_cast<unsigned>(sharing));
        fixture const f;
        auto const multi = sharing == cgroup_sharing::multi;
        auto const during = multi ? command::prog_attach : command::prog_query;
        CHECK(f.try_attach(f.two, sharing, f.one.fd()).error() == error{errc::enoent, during});
        auto one = f.attach(f.one, sharing);
        CHECK(f.try_attach(f.two, sharing, f.three.fd()).error() == (multi ? error{errc::enoent, during} : taken));
        CHECK(f.ran() == "1");
        auto two = f.attach(f.two, sharing, f.one.fd());
        CHECK(f.ran() == "2");
        CHECK(one.detach().error() == (multi ? gone : taken));
        CHECK(f.ran() == "2");
        CHECK(two.detach());
        CHECK(f.ran().empty());
        CHECK(f.count() == 0);
    }
}

TEST_CASE("a replaced program keeps its place among others") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    auto const one = f.attach(f.one, cgroup_sharing::multi);
    auto const two = f.attach(f.two, cgroup_sharing::multi);
    auto const three = f.attach(f.three, cgroup_sharing::multi, f.one.fd());
    CHECK(f.ran() == "32");
}

TEST_CASE("a guard leaves alone who took its program's place") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    for (auto const sharing : alone) {
        fixture const f;
        {
            auto one = f.attach(f.one, sharing);
            f.attach_by_force(f.two, static_cast<attach_flags>(sharing)); // the kernel replaces without a word
            CHECK(f.ran() == "2");
            CHECK(one.detach().error() == taken);
            CHECK(f.ran() == "2");
        }
        {
            f.detach_by_force(f.two);
            auto const one = f.attach(f.one, sharing);
            f.attach_by_force(f.two, static_cast<attach_flags>(sharing));
        }
        CHECK(f.ran() == "2");
        f.detach_by_force(f.two);
    }
}

TEST_CASE("a guard of a shared hook leaves alone an exclusive program that came after") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    auto one = f.attach(f.one, cgroup_sharing::multi);
    f.detach_by_force(f.one);
    f.attach_by_force(f.two);
    CHECK(one.detach().error() == taken);
    CHECK(f.ran() == "2");
    f.detach_by_force(f.two);
}

TEST_CASE("a guard whose program somebody detached, and one that detached it before") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    for (auto const sharing : {cgroup_sharing::exclusive, cgroup_sharing::overridable, cgroup_sharing::multi}) {
        fixture const f;
        auto one = f.attach(f.one, sharing);
        f.detach_by_force(f.one);
        CHECK(one.detach().error() == gone);
        CHECK(one.detach()); // over is over
        auto again = f.attach(f.one, sharing);
        CHECK(again.detach());
        CHECK(again.detach());
        CHECK(f.count() == 0);
    }
}

TEST_CASE("a guard that is let go leaves its program") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    f.attach(f.one, cgroup_sharing::multi).leave_attached();
    CHECK(f.ran() == "1");
    f.detach_by_force(f.one);
}

TEST_CASE("among 64 programs the guard finds its own") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture const f;
    std::vector<cgroup_link> links;
    for (int i = 0; i != 63; ++i) links.push_back(f.one.attach(cgroup_hook{.cgroup = f.directory}).value());
    auto last = f.attach(f.two, cgroup_sharing::multi);
    CHECK(f.count() == 64);
    CHECK(last.detach());
    CHECK(f.count() == 63);
}

TEST_CASE("the cgroup is removed under the guard") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    fixture f;
    auto one = f.attach(f.one, cgroup_sharing::multi);
    f.group.remove();
    CHECK(one.detach().error() == gone);
    CHECK(f.try_attach(f.two, cgroup_sharing::multi).error() == error{errc::enoent, command::prog_attach});
    CHECK(f.two.attach(cgroup_hook{.cgroup = f.directory}).error() == error{errc::enoent, command::link_create});
}

TEST_CASE("what is no cgroup2 directory takes no program without a link") {
    support::notebook const book;
    auto const program = book.program<1>();
    for (auto const sharing : {cgroup_sharing::exclusive, cgroup_sharing::multi}) {
        auto const file = fd_ref<kind::cgroup>::from_raw(program.fd().raw());
        auto const during = sharing == cgroup_sharing::multi ? command::prog_attach : command::prog_query;
        CHECK(program.attach(direct::cgroup_hook{.cgroup = file, .sharing = sharing}).error() ==
              error{errc::ebadf, during});
        auto const nothing = fd_ref<kind::cgroup>::from_raw(-1);
        CHECK(program.attach(direct::cgroup_hook{.cgroup = nothing, .sharing = sharing}).error() ==
              error{errc::ebadf, command::duplicate_fd});
    }
}
