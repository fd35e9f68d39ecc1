#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/filter.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/socket.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace bpfxx::direct {

namespace detail {

/// Tells of each filter of one direction, of whatever kind.
template <class Each>
[[nodiscard]] result_with<void, netlink::refusal> each_filter(netlink::route_socket& routes, interface_index ifindex,
                                                              tc_direction direction, Each&& each) noexcept {
    netlink::message<40> request{netlink::message_type::get_filter, netlink::message_flags::dump,
                                 netlink::traffic_message{.ifindex = static_cast<std::uint32_t>(ifindex),
                                                          .parent = netlink::clsact_parent(direction)}};
    return routes.ask(request, [&](netlink::message_view const& answer) {
        if (answer.header().type == netlink::message_type::new_filter) each(answer);
    });
}

inline result_with<void, netlink::refusal> change_clsact(netlink::route_socket& routes, interface_index ifindex,
                                                         netlink::message_type change,
                                                         netlink::message_flags how) noexcept {
    netlink::message<64> request{change, how,
                                 netlink::traffic_message{.ifindex = static_cast<std::uint32_t>(ifindex),
                                                          .handle = 0xffff'0000,
                                                          .parent = 0xffff'fff1}};
    request.put_text(netlink::traffic_attribute::kind, "clsact");
    return routes.ask(request);
}

} // namespace detail

/// Takes the clsact qdisc off a device that has no filters there any more, in the network namespace where it was made.
/// UAPI: RTM_DELQDISC
/// Errors: attached_by_another filters are there, and were left alone with the qdisc; ENODEV the device is gone;
/// ENOENT, EINVAL the qdisc is gone; EPERM CAP_NET_ADMIN is missing
/// Costs: six system calls, no allocation
/// Races: a filter that somebody adds between looking and deleting goes with the qdisc
class clsact_undo {
  public:
    clsact_undo(netlink::route_socket routes, interface_index ifindex) noexcept
        : routes_{std::move(routes)}, ifindex_{ifindex} {}

    [[nodiscard]] interface_index ifindex() const noexcept { return ifindex_; }

    [[nodiscard]] result<void> undo() noexcept {
        bool in_use = false;
        for (auto const direction : {tc_direction::ingress, tc_direction::egress}) {
            auto const asked =
                detail::each_filter(routes_, ifindex_, direction, [&](netlink::message_view const&) { in_use = true; });
            if (!asked) return asked.error().failure;
        }
        if (in_use) return error{errc::attached_by_another, command::send_message};
        auto const done =
            detail::change_clsact(routes_, ifindex_, netlink::message_type::delete_qdisc, netlink::message_flags::none);
        if (!done) return done.error().failure;
        return outcome::success();
    }

  private:
    netlink::route_socket routes_;
    interface_index ifindex_;
};

/// The clsact qdisc of a device, which `tc_hook` needs and does not make by itself. Its guard takes it away again, but
/// only where no filters are left: declare it before the attachments that need it.
class [[nodiscard]] clsact_qdisc : public attachment<clsact_undo> {
  public:
    /// UAPI: RTM_GETQDISC, RTM_NEWQDISC with NLM_F_EXCL
    /// Since: Linux 4.5
    /// Errors: EEXIST it is there already, and is somebody else's to take away, or the older ingress qdisc is in its
    /// place; ENOENT a kernel without it; ENODEV no such device; EPERM CAP_NET_ADMIN is missing
    /// Costs: nine system calls and a descriptor for as long as it lives, no allocation
    [[nodiscard]] static result_with<clsact_qdisc, netlink::refusal> create(interface_index ifindex) noexcept {
        auto routes = netlink::route_socket::open();
        if (!routes) return netlink::refusal{routes.error()};
        // Should the answer get lost, what is there then is this one's if there was none before.
        auto const there =
            detail::change_clsact(*routes, ifindex, netlink::message_type::get_qdisc, netlink::message_flags::none);
        if (!there && !says_absent(there.error())) return there.error();
        auto const done = detail::change_clsact(*routes, ifindex, netlink::message_type::new_qdisc,
                                                netlink::message_flags::create | netlink::message_flags::exclusive);
        if (!done && (there || !netlink::is_unanswered(done.error()))) return done.error();
        clsact_qdisc made{clsact_undo{*std::move(routes), ifindex}};
        if (!done) return done.error(); // and what may have been made goes with the guard
        return made;
    }

  private:
    explicit clsact_qdisc(clsact_undo what) noexcept : attachment{std::move(what)} {}

    static bool says_absent(netlink::refusal const& why) noexcept {
        auto const code = why.failure.code;
        return why.failure.during == command::send_message && (code == errc::enoent || code == errc::einval);
    }
};

/// The filters that run BPF programs in one direction of a device, in the order in which they run, in the caller's
/// buffer: the part of it that was filled.
/// UAPI: RTM_GETTFILTER with NLM_F_DUMP
/// Since: Linux 4.5
/// Errors: too_many_matches there are more than the buffer has room for; EINTR filters changed meanwhile, so ask again;
/// ENODEV no such device
/// Costs: eight system calls, one more for each further 8 to 16 KiB of answers, no allocation
[[nodiscard]] inline result_with<std::span<tc_filter>, netlink::refusal>
query_tc(interface_index ifindex, tc_direction direction, std::span<tc_filter> buffer) noexcept {
    auto routes = netlink::route_socket::open();
    if (!routes) return netlink::refusal{routes.error()};
    std::size_t count = 0;
    auto const done = detail::each_filter(*routes, ifindex, direction, [&](netlink::message_view const& answer) {
        auto const filter = netlink::read_filter(answer);
        if (!filter) return;
        if (count < buffer.size()) buffer[count] = *filter;
        ++count;
    });
    if (!done) return done.error();
    if (count > buffer.size()) return netlink::refusal{{errc::too_many_matches, command::receive_message}};
    return buffer.first(count);
}

} // namespace bpfxx::direct
