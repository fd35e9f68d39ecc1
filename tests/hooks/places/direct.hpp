#pragma once
// A place for every hook without a link, except those at perf events; see kernel/support/hook_steps.hpp.

#include "kernel/support/hook_steps.hpp"

#include "kernel/support/cgroup.hpp"
#include "kernel/support/netns.hpp"
#include "kernel/support/veth.hpp"
#include "map/support/sockets.hpp"

#include <bpfxx/attach/cgroup.hpp>
#include <bpfxx/attach/clsact.hpp>
#include <bpfxx/attach/lwt.hpp>
#include <bpfxx/attach/netns.hpp>
#include <bpfxx/attach/reuseport.hpp>
#include <bpfxx/attach/seg6local.hpp>
#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/attach/socket.hpp>
#include <bpfxx/attach/tc.hpp>
#include <bpfxx/attach/tc_action.hpp>
#include <bpfxx/attach/tcx.hpp>
#include <bpfxx/attach/xdp.hpp>
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/map/sock_map.hpp>

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

namespace places::without_link {

using namespace bpfxx;
using namespace bpfxx::literals;
using support::place;

inline constexpr char const* no_network = "a network namespace cannot be made here";

/// On the device of a pair where packets arrive, which speaks IPv6.
template <class Kind, int Returned>
struct on_device : place<Kind, Returned> {
    support::veth_pair const pair{};
    interface_index const device = pair.out();

    on_device() {
        set("/proc/sys/net/ipv6/conf/out/addr_gen_mode", "1");
        set("/proc/sys/net/ipv6/conf/out/disable_ipv6", "0");
    }
    [[nodiscard]] char const* obstacle() const { return pair ? nullptr : "this kernel has no veth"; }
    [[nodiscard]] std::string contents() const { return support::network_state(device); }
    void remove_target() { pair.remove(); }

  private:
    static void set(char const* path, char const* text) {
        int const file = ::open(path, O_WRONLY | O_CLOEXEC);
        if (file < 0) return;
        CHECK(::write(file, text, 1) == 1);
        ::close(file);
    }
};

struct at_xdp : on_device<program_kind::xdp, 2> {
    static constexpr std::size_t calls = 8, detach_calls = 2, ending_calls = 4;

    auto attach(program const& what) const { return what.attach(direct::xdp_hook{.ifindex = device}); }
};

struct at_qdisc : on_device<program_kind::sched_cls, -1> {
    static constexpr std::size_t calls = 9, detach_calls = 6, ending_calls = 7;

    auto attach(program const&) const { return direct::clsact_qdisc::create(device); }
};

/// Behind a queueing discipline of the test's own, with another filter there.
template <class Kind>
struct behind_qdisc : on_device<Kind, -1> {
    static constexpr std::size_t calls = 8, detach_calls = 5, ending_calls = 6;

    result_with<direct::clsact_qdisc, netlink::refusal> const qdisc = direct::clsact_qdisc::create(this->device);
    sched_cls_program const other =
        sched_cls_program::load({.insns = support::returning<-1>, .license = "GPL", .name = "others"}).value();
    result_with<direct::tc_attachment, netlink::refusal> const others = other.attach(
        direct::tc_hook{.ifindex = this->device, .direction = tc_direction::ingress, .priority = 7, .handle = 3});

    [[nodiscard]] char const* obstacle() const {
        return others ? nullptr : "this kernel has no veth, no clsact qdisc or no BPF filters";
    }
};

struct at_filter : behind_qdisc<program_kind::sched_cls> {
    auto attach(program const& what) const {
        return what.attach(direct::tc_hook{.ifindex = device, .direction = tc_direction::ingress});
    }
};

/// Beside another filter of the same priority.
struct at_known_filter : behind_qdisc<program_kind::sched_cls> {
    auto attach(program const& what) const {
        return what.attach(
            direct::tc_hook{.ifindex = device, .direction = tc_direction::ingress, .priority = 7, .handle = 5});
    }
};

struct at_action : behind_qdisc<program_kind::sched_act> {
    auto attach(program const& what) const {
        return what.attach(direct::tc_action_hook{.ifindex = device, .direction = tc_direction::egress});
    }
};

struct at_route : on_device<program_kind::lwt_xmit, 0> {
    static constexpr std::size_t calls = 9, detach_calls = 2, ending_calls = 4;

    auto attach(program const& what) const {
        return what.attach(direct::lwt_hook{.destination = "10.9.0.0/16"_ipv4, .ifindex = device});
    }
};

struct at_ipv6_route : on_device<program_kind::lwt_out, 0> {
    static constexpr std::size_t calls = 9, detach_calls = 5, ending_calls = 7;

    auto attach(program const& what) const {
        return what.attach(direct::lwt_hook{.destination = "fd09::/64"_ipv6, .ifindex = device});
    }
    /// Once the route was found, it does not matter what else the dump has.
    static bool may_detach_without(support::made_call const& call) { return call.number == __NR_recvmsg; }
};

struct at_segment : on_device<program_kind::lwt_seg6local, 0> {
    static constexpr std::size_t calls = 9, detach_calls = 5, ending_calls = 7;

    auto attach(program const& what) const {
        return what.attach(direct::seg6local_hook{.destination = "fd00::1"_ipv6, .ifindex = device});
    }
    /// Once the route was found, it does not matter what else the dump has.
    static bool may_detach_without(support::made_call const& call) { return call.number == __NR_recvmsg; }
};

/// With another program there.
struct at_tcx : on_device<program_kind::sched_cls, -1> {
    static constexpr std::size_t calls = 2, detach_calls = 1, ending_calls = 2;

    program const other = load().value();
    result<direct::tcx_attachment> const others = attach(other);

    result<direct::tcx_attachment> attach(program const& what) const {
        return what.attach(direct::tcx_hook{.ifindex = device, .direction = tc_direction::ingress});
    }
    [[nodiscard]] char const* obstacle() const {
        return others ? nullptr : "this kernel has no veth or no tcx (before Linux 6.6)";
    }
    [[nodiscard]] std::string contents() const {
        return support::network_state(device) + support::programs_told(sys::attr::prog_query_interface{
                                                    .target_ifindex = device, .attach_type = attach_type::tcx_ingress});
    }
};

struct in_group : place<program_kind::cgroup_inet_egress> {
    support::cgroup group{};
    owned_fd<kind::cgroup> const fd = group.open();

    [[nodiscard]] char const* obstacle() const { return group ? nullptr : "no cgroup2 here"; }
    [[nodiscard]] std::string contents() const {
        return support::programs_told(fd.borrow(), attach_type::cgroup_inet_egress);
    }
    void remove_target() { group.remove(); }
};

/// With another program there.
struct at_cgroup : in_group {
    static constexpr std::size_t calls = 3, detach_calls = 3, ending_calls = 5;

    program const other = load().value();
    result<direct::attachment<direct::cgroup_undo>> const others = attach(other);

    result<direct::attachment<direct::cgroup_undo>> attach(program const& what) const {
        return what.attach(direct::cgroup_hook{.cgroup = fd});
    }
};

struct alone_at_cgroup : in_group {
    static constexpr std::size_t calls = 4, detach_calls = 3, ending_calls = 5;

    auto attach(program const& what) const {
        return what.attach(direct::cgroup_hook{.cgroup = fd, .sharing = cgroup_sharing::exclusive});
    }
};

struct at_sock_map : place<program_kind::sk_msg> {
    static constexpr std::size_t calls = 3, detach_calls = 1, ending_calls = 3;

    sock_map<> const map = sock_map<>::create({.max_entries = 1}).value();

    auto attach(program const& what) const { return what.attach(direct::sock_map_hook{.map = map}); }
    [[nodiscard]] std::string contents() const { return support::programs_told(map.fd(), attach_type::sk_msg_verdict); }
};

struct at_netns : place<program_kind::flow_dissector, 0> {
    static constexpr std::size_t calls = 2, detach_calls = 1, ending_calls = 2;

    support::own_network const network{};
    owned_fd<kind::netns> const netns = support::current_netns();

    auto attach(program const& what) const { return what.attach(direct::netns_hook{}); }
    [[nodiscard]] char const* obstacle() const { return network ? nullptr : no_network; }
    [[nodiscard]] std::string contents() const {
        return support::programs_told(netns.borrow(), attach_type::flow_dissector);
    }
};

/// At a socket that sends to itself, as long as its filter lets it.
template <class Kind>
struct at_a_socket : place<Kind, 0> {
    support::own_network const network{};
    support::socket_fd const socket = support::udp_in_group();
    mutable std::uint32_t sent = 0;

    [[nodiscard]] char const* obstacle() const { return network ? nullptr : no_network; }
    [[nodiscard]] std::string contents() const {
        auto const address = support::address_of(socket);
        auto const* const to = reinterpret_cast<::sockaddr const*>(&address);
        ++sent; // one that comes late is not taken for another
        CHECK(::sendto(socket.raw(), &sent, sizeof sent, 0, to, sizeof address) == sizeof sent);
        ::pollfd waiting{socket.raw(), POLLIN, 0};
        std::uint32_t came = 0;
        while (came != sent && ::poll(&waiting, 1, 300) == 1)
            if (::recv(socket.raw(), &came, sizeof came, MSG_DONTWAIT) < 0) break;
        return came == sent ? "receives" : "receives nothing";
    }
};

struct at_socket : at_a_socket<program_kind::socket_filter> {
    static constexpr std::size_t calls = 2, detach_calls = 2, ending_calls = 3;

    auto attach(program const& what) const { return what.attach(direct::socket_hook{.socket = socket}); }
    /// Of a program the kernel refuses to tell, whichever way it says so.
    static bool may_detach_without(support::made_call const& call) { return call.number == __NR_getsockopt; }
};

struct at_group_of_sockets : at_a_socket<program_kind::sk_reuseport> {
    static constexpr std::size_t calls = 2, detach_calls = 1, ending_calls = 2;

    auto attach(program const& what) const { return what.attach(direct::reuseport_hook{.socket = socket}); }
};

} // namespace places::without_link

#define EACH_PLACE_WITHOUT_A_LINK                                                                                      \
    at_xdp, at_qdisc, at_filter, at_known_filter, at_action, at_route, at_ipv6_route, at_segment, at_tcx, at_cgroup,   \
        alone_at_cgroup, at_sock_map, at_netns, at_socket, at_group_of_sockets
