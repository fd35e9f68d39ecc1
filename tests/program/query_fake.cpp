// BPF_PROG_QUERY as the kernel sees it, byte by byte, and what is made of each of its answers.
#include <bpfxx/program/attach_target.hpp>
#include <bpfxx/program/query.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

namespace {

using namespace bpfxx;

constexpr auto group = fd_ref<kind::cgroup>::from_raw(901);
constexpr std::uint32_t prog_query = 16;

/// A hook with some programs: 100 and those after it, whose links are 200 and those after it.
struct hook {
    std::uint32_t programs = 3;
    std::uint32_t flags = 2;
    std::uint64_t revision = 9;

    long operator()(fake::bpf_call& call) const {
        auto const room = call.field<std::uint32_t>(24);
        call.put(12, flags);
        call.put(24, programs);
        call.put(56, revision);
        put(call.pointer<std::uint32_t>(16), room, 100);
        put(call.pointer<std::uint32_t>(32), room, 300);
        put(call.pointer<std::uint32_t>(40), room, 200);
        return room != 0 && room < programs ? -ENOSPC : 0;
    }

    void put(std::uint32_t* where, std::uint32_t room, std::uint32_t first) const {
        if (where == nullptr) return;
        for (std::uint32_t i = 0; i != room && i != programs; ++i) where[i] = first + i;
    }
};

bool asks(fake::logged_call const& call, std::uint32_t target, std::uint32_t type, std::uint32_t flags,
          std::uint32_t room) {
    return call.command == prog_query && call.size == 64 && call.field<std::uint32_t>(0) == target &&
           call.field<std::uint32_t>(4) == type && call.field<std::uint32_t>(8) == flags &&
           call.field<std::uint32_t>(12) == 0 && call.field<std::uint32_t>(24) == room &&
           call.field<std::uint32_t>(28) == 0 && call.field<std::uint64_t>(48) == 0 &&
           call.field<std::uint64_t>(56) == 0;
}

std::uint64_t address(void const* what) { return reinterpret_cast<std::uintptr_t>(what); }

} // namespace

TEST_CASE("a cgroup is asked for ids and flags") {
    program_id ids[4];
    attach_flags flags[4];
    fake::kernel kernel{hook{}};
    auto const there = attached_programs(group, attach_type::cgroup_inet_egress, ids, flags);
    kernel.stop();
    auto const& call = kernel.only_bpf();
    CHECK(asks(call, 901, 1, 0, 4));
    CHECK(call.field<std::uint64_t>(16) == address(ids));
    CHECK(call.field<std::uint64_t>(32) == address(flags));
    CHECK(call.field<std::uint64_t>(40) == 0);
    REQUIRE(there);
    CHECK(there->count == 3);
    CHECK(there->complete());
    REQUIRE(there->programs.size() == 3);
    CHECK(there->programs[2] == program_id{102});
    REQUIRE(there->program_flags.size() == 3);
    CHECK(there->program_flags[2] == attach_flags{302});
    CHECK(there->links.empty());
    CHECK(there->flags == attach_flags::allow_multi);
    CHECK(there->revision == 9);
}

TEST_CASE("a cgroup is asked for what runs there") {
    program_id ids[4];
    fake::kernel kernel{hook{.flags = 0, .revision = 0}};
    auto const there = effective_programs(group, attach_type::cgroup_device, ids);
    kernel.stop();
    CHECK(asks(kernel.only_bpf(), 901, 6, 1, 4));
    CHECK(kernel.only_bpf().field<std::uint64_t>(32) == 0);
    REQUIRE(there);
    CHECK(there->programs.size() == 3);
    CHECK(!there->revision);
}

TEST_CASE("a network device is asked for links, too") {
    program_id ids[3];
    link_id links[4];
    fake::kernel kernel{hook{}};
    auto const there = attached_programs(interface_index{7}, attach_type::netkit_peer, ids, links);
    kernel.stop();
    auto const& call = kernel.only_bpf();
    CHECK(asks(call, 7, 55, 0, 3));
    CHECK(call.field<std::uint64_t>(16) == address(ids));
    CHECK(call.field<std::uint64_t>(32) == 0);
    CHECK(call.field<std::uint64_t>(40) == address(links));
    REQUIRE(there);
    REQUIRE(there->links.size() == 3);
    CHECK(there->links[1] == link_id{201});
    CHECK(there->program_flags.empty());
}

TEST_CASE("the other targets are asked for ids") {
    program_id ids[3];
    fake::kernel kernel{hook{}};
    auto const netns = attached_programs(fd_ref<kind::netns>::from_raw(31), attach_type::flow_dissector, ids);
    auto const map = attached_programs(fd_ref<kind::map>::from_raw(32), attach_type::sk_msg_verdict, ids);
    auto const lirc = attached_programs(fd_ref<kind::device>::from_raw(33), ids);
    kernel.stop();
    REQUIRE(kernel.bpf_calls() == 3);
    CHECK(asks(kernel.calls()[0], 31, 17, 0, 3));
    CHECK(asks(kernel.calls()[1], 32, 7, 0, 3));
    CHECK(asks(kernel.calls()[2], 33, 16, 0, 3));
    CHECK((netns->complete() && map->complete() && lirc->complete()));
}

TEST_CASE("without room nothing is passed but the question how many there are") {
    attach_flags flags[4];
    fake::kernel kernel{hook{}};
    auto const there = attached_programs(group, attach_type::cgroup_inet_egress, {}, flags);
    kernel.stop();
    CHECK(asks(kernel.only_bpf(), 901, 1, 0, 0));
    CHECK(kernel.only_bpf().field<std::uint64_t>(16) == 0);
    CHECK(kernel.only_bpf().field<std::uint64_t>(32) == 0);
    REQUIRE(there);
    CHECK(there->count == 3);
    CHECK(there->programs.empty());
    CHECK(there->program_flags.empty());
    CHECK(!there->complete());
}

TEST_CASE("with too little room the kernel's ENOSPC is no failure, as the first programs are there") {
    program_id ids[2];
    link_id links[2];
    fake::kernel kernel{hook{}};
    auto const there = attached_programs(interface_index{7}, attach_type::tcx_ingress, ids, links);
    kernel.stop();
    REQUIRE(there);
    CHECK(there->count == 3);
    CHECK(there->programs.size() == 2);
    CHECK(there->links.size() == 2);
    CHECK(!there->complete());
}

TEST_CASE("ENOSPC for another reason is a failure, as is every other answer") {
    program_id ids[4];
    for (int const code : {ENOSPC, EINVAL, EPERM, EBADF, ENODEV}) {
        fake::kernel kernel{[&](fake::bpf_call&) -> long { return -code; }};
        auto const there = attached_programs(group, attach_type::cgroup_inet_egress, ids);
        kernel.stop();
        CHECK(there.error() == error{static_cast<errc>(code), command::prog_query});
    }
}

TEST_CASE("an error stays one where the kernel wrote a count before") {
    program_id ids[2];
    fake::kernel kernel{[](fake::bpf_call& call) -> long {
        call.put(24, 3u);
        return -EFAULT;
    }};
    auto const there = attached_programs(group, attach_type::cgroup_inet_egress, ids);
    kernel.stop();
    CHECK(there.error() == error{errc::efault, command::prog_query});
}

TEST_CASE("buffers that are not equally long are not given to the kernel") {
    program_id ids[3];
    attach_flags flags[2];
    link_id links[2];
    fake::kernel kernel{hook{}};
    auto const group_answer = attached_programs(group, attach_type::cgroup_inet_egress, ids, flags);
    auto const device_answer = attached_programs(interface_index{7}, attach_type::tcx_ingress, ids, links);
    kernel.stop();
    CHECK(kernel.calls().empty());
    CHECK(group_answer.error() == error{errc::buffer_too_small, command::prog_query});
    CHECK(device_answer.error() == error{errc::buffer_too_small, command::prog_query});
}

TEST_CASE("each attach type has one sort of target") {
    std::uint32_t at[6]{};
    for (std::uint32_t number = 0; number != 100; ++number) ++at[static_cast<unsigned>(target_of(attach_type{number}))];
    CHECK(at[static_cast<unsigned>(attach_target::cgroup)] == 29);
    CHECK(at[static_cast<unsigned>(attach_target::interface)] == 4);
    CHECK(at[static_cast<unsigned>(attach_target::netns)] == 2);
    CHECK(at[static_cast<unsigned>(attach_target::sock_map)] == 4);
    CHECK(at[static_cast<unsigned>(attach_target::lirc)] == 1);
    for (std::uint32_t number = 0; number != 58; ++number) {
        auto const type = attach_type{number};
        bool const says_so = name(type).find("cgroup") != std::string_view::npos;
        CHECK((target_of(type) == attach_target::cgroup) == says_so);
    }
}
