#pragma once
// What attaching leaves in the kernel, as text that is compared before and after: what network devices have, what tracefs
// defines, which programs are at a hook, which links and programs there are. Asked without the library's netlink.

#include "kernel/support/comes_true.hpp"
#include "map/support/sockets.hpp"

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <doctest/doctest.h>

#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace support {

namespace detail {

inline std::string hexadecimal(void const* start, std::size_t size) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (auto const byte : std::span{static_cast<unsigned char const*>(start), size}) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

inline std::string attribute_text(void const* start, std::size_t size, unsigned short wanted) {
    auto const* at = static_cast<::rtattr const*>(start);
    for (auto rest = static_cast<unsigned>(size); RTA_OK(at, rest); at = RTA_NEXT(at, rest))
        if ((at->rta_type & NLA_TYPE_MASK) == wanted) return hexadecimal(RTA_DATA(at), RTA_PAYLOAD(at));
    return "-";
}

/// What a dump tells, each message as `describe` puts it.
template <class Header, class Describe>
std::string dump(std::uint16_t type, std::uint16_t flags, Header const& asked, Describe const& describe) {
    auto const routes = take_over(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    struct {
        ::nlmsghdr header;
        Header asked;
    } request{{sizeof request, type, static_cast<std::uint16_t>(NLM_F_REQUEST | flags), 1, 0}, asked};
    REQUIRE(::send(routes.raw(), &request, sizeof request, 0) == static_cast<long>(sizeof request));
    std::string text;
    alignas(::nlmsghdr) static char buffer[1 << 15];
    while (true) {
        auto const got = ::recv(routes.raw(), buffer, sizeof buffer, MSG_DONTWAIT);
        REQUIRE(got > 0);
        auto rest = static_cast<unsigned>(got);
        for (auto* at = reinterpret_cast<::nlmsghdr*>(buffer); NLMSG_OK(at, rest); at = NLMSG_NEXT(at, rest)) {
            if (at->nlmsg_type == NLMSG_DONE) return text;
            if (at->nlmsg_type == NLMSG_ERROR) return text + "refused\n";
            Header header;
            std::memcpy(&header, NLMSG_DATA(at), sizeof header);
            auto const* const behind = static_cast<char const*>(NLMSG_DATA(at)) + NLMSG_ALIGN(sizeof header);
            text += describe(header, behind, at->nlmsg_len - NLMSG_LENGTH(sizeof header));
            if ((flags & NLM_F_DUMP) == 0) return text;
        }
    }
}

inline std::string traffic_control(char const* what, std::uint16_t type, ::tcmsg const& asked) {
    return dump(type, NLM_F_DUMP, asked, [&](::tcmsg const& found, char const* start, std::size_t size) {
        return what + hexadecimal(&found, sizeof found) + " " + attribute_text(start, size, TCA_KIND) + "\n";
    });
}

inline ::tcmsg traffic(int ifindex, std::uint32_t parent) {
    ::tcmsg asked{};
    asked.tcm_ifindex = ifindex;
    asked.tcm_parent = parent;
    return asked;
}

inline std::string routes(unsigned char family) {
    ::rtmsg asked{};
    asked.rtm_family = family;
    return dump(RTM_GETROUTE, NLM_F_DUMP, asked, [](::rtmsg const& found, char const* start, std::size_t size) {
        if (found.rtm_protocol == RTPROT_KERNEL) return std::string{}; // those come and go as the kernel thinks best
        return "route " + hexadecimal(&found, sizeof found) + " " + attribute_text(start, size, RTA_DST) + " " +
               attribute_text(start, size, RTA_ENCAP) + "\n";
    });
}

/// Actions that no filter needs any more, and those that one does.
inline std::string actions() {
    struct {
        ::tcamsg header;
        ::rtattr table{}, first{}, name{};
        char kind[4] = "bpf";
    } asked{{}, {20, TCA_ACT_TAB}, {16, 1}, {8, TCA_ACT_KIND}};
    return dump(RTM_GETACTION, NLM_F_DUMP, asked, [](auto const&, char const*, std::size_t size) {
        return "actions of " + std::to_string(size) + " bytes\n";
    });
}

} // namespace detail

/// Queueing disciplines, filters, actions and XDP programs of a device, and all routes.
inline std::string network_state(bpfxx::interface_index device) {
    auto const ifindex = static_cast<int>(device);
    ::ifinfomsg asked{};
    asked.ifi_index = ifindex;
    auto text = detail::dump(RTM_GETLINK, 0, asked, [](::ifinfomsg const&, char const* start, std::size_t size) {
        return "xdp " + detail::attribute_text(start, size, IFLA_XDP) + "\n";
    });
    text += detail::traffic_control("qdisc ", RTM_GETQDISC, detail::traffic(0, 0));
    for (std::uint32_t const way : {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS})
        text +=
            detail::traffic_control("filter ", RTM_GETTFILTER, detail::traffic(ifindex, TC_H_MAJ(TC_H_CLSACT) | way));
    return text + detail::actions() + detail::routes(AF_INET) + detail::routes(AF_INET6);
}

/// The programs that BPF_PROG_QUERY tells, in their order.
template <class Query>
std::string programs_told(Query query) {
    std::array<bpfxx::program_id, 64> ids{};
    query.prog_ids = ids.data();
    std::uint32_t count = 0;
    if constexpr (requires { query.prog_cnt; }) {
        query.prog_cnt = ids.size();
        auto const asked = bpfxx::sys::call(query);
        REQUIRE(asked);
        count = query.prog_cnt;
    } else {
        query.count = ids.size();
        auto const asked = bpfxx::sys::call(query);
        if (!asked && asked.error().code == bpfxx::errc::enoent) return "programs:"; // nothing was ever there
        REQUIRE(asked);
        count = query.count;
    }
    std::string text = "programs:";
    for (auto const id : std::span{ids}.first(count)) text += " " + std::to_string(static_cast<std::uint32_t>(id));
    return text;
}

template <class Target>
std::string programs_told(bpfxx::fd_ref<Target> target, bpfxx::attach_type hook) {
    return programs_told(bpfxx::sys::attr::prog_query{.target_fd = target, .attach_type = hook});
}

/// How many links there are to a program.
inline std::size_t links_of(bpfxx::program_id program) {
    std::size_t count = 0;
    bpfxx::link_id id{};
    while (auto const next = bpfxx::sys::call(bpfxx::sys::attr::link_get_next_id{id})) {
        id = *next;
        auto const link = bpfxx::sys::call(bpfxx::sys::attr::link_get_fd_by_id{id});
        if (!link) continue; // somebody's, and gone
        auto const info = bpfxx::sys::get_info<bpfxx::sys::info::link_head>(link->borrow());
        if (info && (*info)->prog_id == program) ++count;
    }
    return count;
}

/// Whether the kernel lets go of a program, which nothing must hold any more.
inline bool vanishes(bpfxx::program_id program) {
    return comes_true([&] {
        auto const opened = bpfxx::sys::call(bpfxx::sys::attr::prog_get_fd_by_id{program});
        return !opened && opened.error().code == bpfxx::errc::enoent;
    });
}

} // namespace support
