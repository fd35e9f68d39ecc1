// Which programs are at a hook, asked of the running kernel at every sort of target that it has.
#include <bpfxx/program/query.hpp>

#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/attr/link.hpp>

#include "kernel/support/skip.hpp"
#include "link/support/noting_programs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fcntl.h>
#include <net/if.h>
#include <vector>

namespace {

using namespace bpfxx;

constexpr char const *no_cgroup = "no cgroup2 here", *no_network = "no network of its own";
constexpr auto return_1 = insn::assemble(insn::mov(insn::r0, 1), insn::exit());

/// `owned` keeps the attachment as long as it lives.
template <class Attribute>
owned_fd<kind::link> linked(Attribute attribute) {
    auto made = sys::call(attribute);
    INFO(std::string{made ? "" : describe(made.error()).view()});
    REQUIRE(made);
    return std::move(*made);
}

owned_fd<kind::netns> this_network() {
    return owned_fd<kind::netns>::adopt_raw(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)).value();
}

template <class Program>
Program load() {
    return Program::load({.insns = return_1, .license = "GPL"}).value();
}

} // namespace

TEST_CASE("a cgroup's own programs") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    auto const first = load<cgroup_inet_egress_program>(), second = load<cgroup_inet_egress_program>();
    program_id ids[4]{};
    auto const ask = [&] { return attached_programs(directory, attach_type::cgroup_inet_egress, ids).value(); };

    CHECK(ask().count == 0);
    CHECK(ask().programs.empty());
    CHECK(ask().flags == attach_flags::none);
    CHECK(ask().complete());

    auto const revision = ask().revision;
    auto const link = first.attach(cgroup_hook{.cgroup = directory});
    auto const guard = second.attach(direct::cgroup_hook{.cgroup = directory});
    REQUIRE((link && guard));
    auto const there = ask();
    CHECK(there.count == 2);
    REQUIRE(there.programs.size() == 2);
    CHECK(there.programs.data() == ids);
    CHECK(there.programs[0] == *first.id());
    CHECK(there.programs[1] == *second.id());
    CHECK(there.flags == attach_flags::allow_multi);
    CHECK(there.links.empty());
    CHECK(there.complete());
    // Another hook of the same cgroup:
    CHECK(attached_programs(directory, attach_type::cgroup_inet_ingress, ids)->count == 0);
    if (!revision) return support::skip("this kernel counts no revisions at cgroups (before Linux 6.17)");
    CHECK(*there.revision == *revision + 2);
}

TEST_CASE("how the hook of the single programs of a cgroup is shared") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    auto const program = load<cgroup_device_program>();
    auto const guard = program.attach(direct::cgroup_hook{.cgroup = directory});
    REQUIRE(guard);
    program_id ids[2];
    attach_flags flags[2];
    auto const there = attached_programs(directory, attach_type::cgroup_device, ids, flags);
    REQUIRE(there);
    CHECK(there->programs.size() == 1);
    REQUIRE(there->program_flags.size() == 1);
    CHECK(there->program_flags[0] == attach_flags::allow_multi);
    CHECK(there->program_flags.data() == flags);

    CHECK(attached_programs(directory, attach_type::cgroup_device, ids, std::span{flags}.first(1)).error() ==
          error{errc::buffer_too_small, command::prog_query});
}

TEST_CASE("the ways of sharing a cgroup's hook are told") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    auto const program = load<cgroup_sysctl_program>();
    for (auto const sharing : {cgroup_sharing::exclusive, cgroup_sharing::overridable, cgroup_sharing::multi}) {
        auto const guard = program.attach(direct::cgroup_hook{.cgroup = directory, .sharing = sharing});
        REQUIRE(guard);
        CHECK(attached_programs(directory, attach_type::cgroup_sysctl, {})->flags ==
              static_cast<attach_flags>(sharing));
    }
    CHECK(attached_programs(directory, attach_type::cgroup_sysctl, {})->flags == attach_flags::none);
}

TEST_CASE("where there is little room the first programs are told, and how many there are") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    auto const program = load<sock_ops_program>(), last = load<sock_ops_program>();
    std::vector<cgroup_link> links;
    for (int i = 0; i != 3; ++i) links.push_back(program.attach(cgroup_hook{.cgroup = directory}).value());
    links.push_back(last.attach(cgroup_hook{.cgroup = directory}).value());

    program_id ids[5]{};
    for (std::size_t room = 0; room != 6; ++room) {
        auto const there = attached_programs(directory, attach_type::cgroup_sock_ops, std::span{ids}.first(room));
        REQUIRE(there);
        CHECK(there->count == 4);
        CHECK(there->programs.size() == std::min<std::size_t>(room, 4));
        CHECK(there->complete() == (room >= 4));
        for (std::size_t i = 0; i != there->programs.size(); ++i)
            CHECK(there->programs[i] == (i == 3 ? *last.id() : *program.id()));
    }
}

TEST_CASE("the programs that run for a cgroup") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const above;
    support::cgroup const below{above};
    auto const above_fd = above.open(), below_fd = below.open();
    auto const one = load<sock_ops_program>(), two = load<sock_ops_program>();
    auto const first = one.attach(cgroup_hook{.cgroup = above_fd}),
               second = two.attach(cgroup_hook{.cgroup = below_fd});
    REQUIRE((first && second));
    program_id ids[64];
    constexpr auto type = attach_type::cgroup_sock_ops;
    CHECK(attached_programs(below_fd, type, ids)->count == 1);
    auto const there = effective_programs(below_fd, type, ids);
    REQUIRE(there);
    REQUIRE(there->count >= 2); // somebody may have programs further up
    CHECK(there->programs[0] == *two.id());
    CHECK(there->programs[1] == *one.id());
    CHECK(!there->revision);
    CHECK(there->programs.size() == there->count);
    CHECK(effective_programs(above_fd, type, ids)->programs[0] == *one.id());
    auto const short_of_room = effective_programs(below_fd, type, std::span{ids}.first(1));
    REQUIRE(short_of_room);
    CHECK(short_of_room->count == there->count);
    CHECK(short_of_room->programs.size() == 1);
}

TEST_CASE("LSM programs of a cgroup are told together, each with its flags") {
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    auto const known = attached_programs(directory, attach_type::lsm_cgroup, {});
    if (!known) {
        CHECK(known.error() == error{errc::einval, command::prog_query});
        return support::skip("this kernel has no LSM programs at cgroups");
    }
    CHECK(known->count == 0);
    program_id ids[2];
    attach_flags flags[2];
    CHECK(attached_programs(directory, attach_type::lsm_cgroup, ids, flags)->count == 0);
    CHECK(attached_programs(directory, attach_type::lsm_cgroup, ids).error() ==
          error{errc::einval, command::prog_query});
}

TEST_CASE("what is asked that is no cgroup") {
    auto const program = load<sock_ops_program>();
    auto const file = fd_ref<kind::cgroup>::from_raw(program.fd().raw());
    auto const nothing = fd_ref<kind::cgroup>::from_raw(-1);
    error const bad{errc::ebadf, command::prog_query};
    CHECK(attached_programs(file, attach_type::cgroup_sock_ops, {}).error() == bad);
    CHECK(attached_programs(nothing, attach_type::cgroup_sock_ops, {}).error() == bad);
    CHECK(effective_programs(nothing, attach_type::cgroup_sock_ops, {}).error() == bad);
}

TEST_CASE("the programs at a network device, and their links") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    interface_index const lo{::if_nametoindex("lo")};
    program_id ids[3];
    link_id links[3];
    auto const empty = attached_programs(lo, attach_type::tcx_ingress, ids);
    if (!empty) {
        CHECK(empty.error().code == errc::einval);
        return support::skip("this kernel has no tcx (before Linux 6.6)");
    }
    CHECK(empty->count == 0);
    auto const first = load<sched_cls_program>(), second = load<sched_cls_program>();
    auto const link = linked(sys::attr::link_create_tcx{
        .prog_fd = first.fd(), .target_ifindex = lo, .attach_type = attach_type::tcx_ingress});
    REQUIRE(sys::call(sys::attr::prog_attach_interface{
        .target_ifindex = lo, .attach_bpf_fd = second.fd(), .attach_type = attach_type::tcx_ingress}));
    auto const there = attached_programs(lo, attach_type::tcx_ingress, ids, links);
    REQUIRE(there);
    CHECK(there->count == 2);
    REQUIRE(there->programs.size() == 2);
    REQUIRE(there->links.size() == 2);
    CHECK(there->programs[0] == *first.id());
    CHECK(there->programs[1] == *second.id());
    CHECK(there->links[0] == (*sys::get_info<sys::info::link_head>(link.borrow()))->id);
    CHECK(there->links[1] == link_id{0});
    CHECK(*there->revision == *empty->revision + 2);
    CHECK(attached_programs(lo, attach_type::tcx_ingress, std::span{ids}.first(1), links)->links.size() == 1);
    CHECK(attached_programs(lo, attach_type::tcx_ingress, {})->count == 2);
    CHECK(attached_programs(lo, attach_type::tcx_egress, ids)->count == 0);
    CHECK(attached_programs(lo, attach_type::tcx_ingress, ids, std::span{links}.first(2)).error() ==
          error{errc::buffer_too_small, command::prog_query});
    CHECK(sys::call(sys::attr::prog_detach_interface{
        .target_ifindex = lo, .attach_bpf_fd = second.fd(), .attach_type = attach_type::tcx_ingress}));

    CHECK(attached_programs(interface_index{0x7fff'ffff}, attach_type::tcx_ingress, ids).error() ==
          error{errc::enodev, command::prog_query});
    auto const netkit = attached_programs(lo, attach_type::netkit_primary, ids).error();
    CHECK((netkit.code == errc::enxio || netkit.code == errc::einval)); // lo is none, or the kernel knows none
}

TEST_CASE("the programs at a network namespace") {
    support::own_network const network;
    if (!network) return support::lacks_privilege(no_network);
    auto const netns = this_network();
    auto const first = load<sk_lookup_program>(), second = load<sk_lookup_program>();
    program_id ids[4];
    CHECK(attached_programs(netns, attach_type::sk_lookup, ids)->count == 0);
    CHECK(attached_programs(netns, attach_type::flow_dissector, ids)->count == 0);
    auto const one = linked(
        sys::attr::link_create_netns{.prog_fd = first.fd(), .target_fd = netns, .attach_type = attach_type::sk_lookup});
    auto const two = linked(sys::attr::link_create_netns{
        .prog_fd = second.fd(), .target_fd = netns, .attach_type = attach_type::sk_lookup});
    auto const there = attached_programs(netns, attach_type::sk_lookup, ids);
    REQUIRE(there->programs.size() == 2);
    CHECK(there->programs[0] == *first.id());
    CHECK(there->programs[1] == *second.id());
    CHECK(there->flags == attach_flags::none);
    CHECK(!there->revision);
    auto const short_of_room = attached_programs(netns, attach_type::sk_lookup, std::span{ids}.first(1));
    REQUIRE(short_of_room);
    CHECK(short_of_room->count == 2);
    CHECK(short_of_room->programs.size() == 1);
    auto const file = fd_ref<kind::netns>::from_raw(first.fd().raw());
    CHECK(attached_programs(file, attach_type::sk_lookup, ids).error() == error{errc::einval, command::prog_query});
}

TEST_CASE("the program at a sock map") {
    auto const map = sock_map<>::create({.max_entries = 1}).value();
    auto const program = load<sk_skb_verdict_program>();
    program_id ids[2];
    auto const empty = attached_programs(map.fd(), attach_type::sk_skb_verdict, ids);
    if (!empty) {
        CHECK(empty.error().code == errc::einval);
        return support::skip("this kernel cannot be asked about sock maps (before Linux 5.18)");
    }
    CHECK(empty->count == 0);
    REQUIRE(sys::call(sys::attr::prog_attach{
        .target_fd = map.fd(), .attach_bpf_fd = program.fd(), .attach_type = attach_type::sk_skb_verdict}));
    auto const there = attached_programs(map.fd(), attach_type::sk_skb_verdict, ids);
    REQUIRE(there->programs.size() == 1);
    CHECK(there->programs[0] == *program.id());
    CHECK(attached_programs(map.fd(), attach_type::sk_skb_verdict, {})->count == 1);
    CHECK(attached_programs(map.fd(), attach_type::sk_msg_verdict, ids)->count == 0);
    CHECK(attached_programs(map.fd(), attach_type::sk_skb_stream_verdict, ids).error() ==
          error{errc::ebusy, command::prog_query}); // these two exclude each other

    auto const other = array_map<std::uint64_t>::create({.max_entries = 1}).value();
    CHECK(attached_programs(other.fd(), attach_type::sk_skb_verdict, ids).error() ==
          error{errc::eopnotsupp, command::prog_query});
}

TEST_CASE("what is asked that is no infrared receiver") {
    auto const null = owned_fd<kind::device>::adopt_raw(::open("/dev/null", O_RDONLY | O_CLOEXEC)).value();
    program_id ids[1];
    auto const asked = attached_programs(null, ids);
    REQUIRE(!asked);
    CHECK(asked.error() == error{errc::einval, command::prog_query});
}

TEST_CASE("attach types that are known only at run time") {
    using at_cgroup = attach_type_at<attach_target::cgroup>;
    CHECK(at_cgroup::checked(attach_type::cgroup_device));
    CHECK(!at_cgroup::checked(attach_type::tcx_egress));
    CHECK(!at_cgroup::checked(attach_type{1000}));
    if (!support::cgroup{}) return support::lacks_privilege(no_cgroup);
    support::cgroup const group;
    auto const directory = group.open();
    for (std::uint32_t number = 0; number != 64; ++number) {
        auto const type = at_cgroup::checked(attach_type{number});
        if (!type) continue;
        CAPTURE(name(*type));
        auto const asked = attached_programs(directory, *type, {});
        if (asked)
            CHECK(asked->count == 0);
        else
            CHECK(asked.error().code == errc::einval); // newer than this kernel
    }
}
