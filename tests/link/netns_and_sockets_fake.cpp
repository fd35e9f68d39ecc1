// SPDX-License-Identifier: BSL-1.0
// Links to network namespaces, maps of sockets and netfilter hooks as the kernel sees them, and what it may answer.
#include <bpfxx/link/netfilter.hpp>
#include <bpfxx/link/netns.hpp>
#include <bpfxx/link/sock_map.hpp>
#include <bpfxx/map/sock_map.hpp>
#include <bpfxx/program/handle.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/made_up.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using support::made_up, support::made_up_program;

constexpr std::uint32_t get_info = 15, link_create = 28, link_update = 29, link_detach = 34;

/// What BPF_LINK_CREATE gets for a program at a hook, word by word, and that the link owns what comes back.
template <class Kind, class Hook>
std::vector<std::uint32_t> words_of_attach(program<Kind> const& program, Hook const& hook) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return support::new_descriptor(); }};
    auto const link = program.attach(hook);
    kernel.stop();
    REQUIRE(link);
    auto const& call = kernel.only_bpf();
    CHECK(call.command == link_create);
    CHECK(link->fd().raw() == call.result);
    std::vector<std::uint32_t> words;
    for (std::uint32_t offset = 0; offset != call.size; offset += 4) words.push_back(call.field<std::uint32_t>(offset));
    return words;
}

template <class Kind, class Hook>
error refused(program<Kind> const& program, Hook const& hook, long answer) {
    fake::kernel kernel{[=](fake::bpf_call&) -> long { return answer; }};
    auto const link = program.attach(hook);
    kernel.stop();
    REQUIRE(!link);
    CHECK(kernel.bpf_calls() == 1);
    return link.error();
}

template <class Link>
Link made_up_link() {
    return Link::adopt_unchecked(made_up<kind::link>());
}

std::uint32_t number(fd_ref<kind::program> program) { return static_cast<std::uint32_t>(program.raw()); }

/// Answers a question about a link with words, as far as they were asked for.
auto telling(std::vector<std::uint32_t> words) {
    return [words = std::move(words)](fake::bpf_call& call) -> long {
        if (call.command != get_info) return -EINVAL;
        auto const asked = call.field<std::uint32_t>(4);
        auto const size = std::min<std::size_t>(asked, words.size() * 4);
        std::memcpy(call.pointer<std::byte>(8), words.data(), size);
        call.put(4, static_cast<std::uint32_t>(size));
        return 0;
    };
}

} // namespace

TEST_CASE("attaching to a network namespace passes program, namespace and hook") {
    auto const netns = made_up<kind::netns>();
    auto const target = static_cast<std::uint32_t>(netns.raw());
    auto const lookup = made_up_program<program_kind::sk_lookup>();
    auto const dissector = made_up_program<program_kind::flow_dissector>();
    using words = std::vector<std::uint32_t>;
    CHECK(words_of_attach(lookup, netns_hook{.netns = netns}) == words{number(lookup.fd()), target, 36, 0});
    CHECK(words_of_attach(dissector, netns_hook{.netns = netns.borrow()}) ==
          words{number(dissector.fd()), target, 17, 0});
    for (auto const code : {errc::e2big, errc::eexist, errc::einval, errc::ebadf})
        CHECK(refused(lookup, netns_hook{.netns = netns}, -static_cast<long>(code)) ==
              error{code, command::link_create});
}

TEST_CASE("attaching to a map of sockets passes program, map and hook") {
    auto const map = made_up<kind::map>();
    auto const target = static_cast<std::uint32_t>(map.raw());
    sock_map_hook const hook{.map = sock_map_reference::unchecked(map)};
    auto const check = [&]<class Kind>(std::uint32_t type, Kind) {
        auto const program = made_up_program<Kind>();
        CHECK(words_of_attach(program, hook) == std::vector{number(program.fd()), target, type, 0U});
    };
    check(7, program_kind::sk_msg{});
    check(4, program_kind::sk_skb_stream_parser{});
    check(5, program_kind::sk_skb_stream_verdict{});
    check(38, program_kind::sk_skb_verdict{});
    auto const program = made_up_program<program_kind::sk_msg>();
    for (auto const code : {errc::ebusy, errc::einval, errc::eopnotsupp, errc::ebadf})
        CHECK(refused(program, hook, -static_cast<long>(code)) == error{code, command::link_create});
}

TEST_CASE("a map of sockets is named by its view") {
    auto const map = [] {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return support::new_descriptor(); }};
        return sock_hash<std::uint64_t, read_only>::create({.max_entries = 1}).value();
    }();
    CHECK(sock_map_reference{map}.fd() == map.fd());
}

TEST_CASE("attaching to a netfilter hook passes family, place, priority and flags") {
    auto const program = made_up_program<program_kind::netfilter>();
    netfilter_hook hook{.family = netfilter_family::ipv4, .hook = netfilter_place::local_in, .priority = -128};
    auto const words = [&] { return words_of_attach(program, hook); };
    using expected = std::vector<std::uint32_t>;
    auto const first = number(program.fd());
    CHECK(words() == expected{first, 0, 45, 0, 2, 1, 0xffff'ff80, 0});
    hook.defragment = true;
    CHECK(words() == expected{first, 0, 45, 0, 2, 1, 0xffff'ff80, 1});
    hook.family = netfilter_family::ipv6;
    CHECK(words() == expected{first, 0, 45, 0, 10, 1, 0xffff'ff80, 1});
    hook.priority = netfilter_priority::of(0x7fff'ffff);
    for (auto const& [place, expected_number] : {std::pair{netfilter_place::pre_routing, 0U},
                                                 {netfilter_place::local_in, 1U},
                                                 {netfilter_place::forward, 2U},
                                                 {netfilter_place::local_out, 3U},
                                                 {netfilter_place::post_routing, 4U}}) {
        hook.hook = place;
        CHECK(words() == expected{first, 0, 45, 0, 10, expected_number, 0x7fff'ffff, 1});
    }
    for (auto const code : {errc::ebusy, errc::erange, errc::eafnosupport, errc::eproto, errc::eopnotsupp, errc::e2big})
        CHECK(refused(program, hook, -static_cast<long>(code)) == error{code, command::link_create});
}

TEST_CASE("what is told of a link to a network namespace") {
    auto const link = made_up_link<netns_link>();
    auto const info_of = [&](std::vector<std::uint32_t> words) {
        fake::kernel kernel{telling(std::move(words))};
        return link.info().value();
    };
    auto const info = info_of({5, 77, 88, 0, 0xf000'0001, 36});
    CHECK(info.id == link_id{77});
    CHECK(info.program == program_id{88});
    CHECK(info.netns_inode == 0xf000'0001U);
    CHECK(info.hook == attach_type::sk_lookup);
    CHECK(info_of({5, 77, 88, 0, 0, 17}).netns_inode == std::nullopt);
}

TEST_CASE("what is told of a link to a map of sockets") {
    auto const link = made_up_link<sock_map_link>();
    auto const info_of = [&](std::vector<std::uint32_t> words) {
        fake::kernel kernel{telling(std::move(words))};
        return link.info().value();
    };
    auto const info = info_of({14, 77, 88, 0, 99, 38});
    CHECK(info.id == link_id{77});
    CHECK(info.program == program_id{88});
    CHECK(info.map == map_id{99});
    CHECK(info.hook == attach_type::sk_skb_verdict);
    CHECK(info_of({14, 77, 88, 0, 0, 7}).map == std::nullopt);
}

TEST_CASE("what is told of a netfilter link") {
    auto const link = made_up_link<netfilter_link>();
    auto const info_of = [&](std::vector<std::uint32_t> words) {
        fake::kernel kernel{telling(std::move(words))};
        return link.info().value();
    };
    auto const info = info_of({10, 77, 88, 0, 10, 3, 0xffff'ff80, 1});
    CHECK(info.id == link_id{77});
    CHECK(info.program == program_id{88});
    CHECK(info.family == netfilter_family::ipv6);
    CHECK(info.hook == netfilter_place::local_out);
    CHECK(info.priority == -128);
    CHECK(info.defragment);
    CHECK_FALSE(info_of({10, 77, 88, 0, 2, 0, 5, 0}).defragment);
}

TEST_CASE("what is not told of a link is the kernel's error") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -EBADF; }};
    error const expected{errc::ebadf, command::obj_get_info_by_fd};
    CHECK(made_up_link<netns_link>().info().error() == expected);
    CHECK(made_up_link<sock_map_link>().info().error() == expected);
    CHECK(made_up_link<netfilter_link>().info().error() == expected);
}

TEST_CASE("update and detach of these links") {
    auto const lookup = made_up_program<program_kind::sk_lookup>();
    auto const message = made_up_program<program_kind::sk_msg>();
    auto netns = made_up_link<netns_link>();
    auto sock_map = made_up_link<sock_map_link>();
    auto netfilter = made_up_link<netfilter_link>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return -ENOLINK; }};
    CHECK(netns.update(lookup).error() == error{errc::enolink, command::link_update});
    CHECK(sock_map.update(message, message).error() == error{errc::enolink, command::link_update});
    CHECK(netns.detach().error() == error{errc::enolink, command::link_detach});
    CHECK(sock_map.detach().error() == error{errc::enolink, command::link_detach});
    CHECK(netfilter.detach().error() == error{errc::enolink, command::link_detach});
    kernel.stop();
    std::vector<std::uint32_t> commands;
    for (auto const& call : kernel.calls()) commands.push_back(call.command);
    CHECK(commands == std::vector{link_update, link_update, link_detach, link_detach, link_detach});
    CHECK(kernel.calls()[0].field<std::int32_t>(0) == netns.fd().raw());
    CHECK(kernel.calls()[0].field<std::int32_t>(4) == lookup.fd().raw());
    CHECK(kernel.calls()[0].field<std::uint32_t>(8) == 0);
    CHECK(kernel.calls()[1].field<std::uint32_t>(8) == 4);
    CHECK(kernel.calls()[1].field<std::int32_t>(12) == message.fd().raw());
}

TEST_CASE("opened links are of the type that was meant") {
    auto const open = []<class Link>(std::uint32_t type, std::optional<Link>) {
        fake::kernel kernel{[=](fake::bpf_call& call) -> long {
            if (call.command != get_info) return support::new_descriptor();
            return telling({type, 77, 88, 0})(call);
        }};
        auto const link = Link::open(link_id{77});
        if (!link) CHECK(link.error() == error{errc::link_type_differs, command::obj_get_info_by_fd});
        return link.has_value();
    };
    CHECK(open(5, std::optional<netns_link>{}));
    CHECK_FALSE(open(14, std::optional<netns_link>{}));
    CHECK(open(14, std::optional<sock_map_link>{}));
    CHECK_FALSE(open(10, std::optional<sock_map_link>{}));
    CHECK(open(10, std::optional<netfilter_link>{}));
    CHECK_FALSE(open(5, std::optional<netfilter_link>{}));
}
