#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/route.hpp>
#include <bpfxx/netlink/socket.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/info/program.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx::direct {

/// Deletes one route that runs a program, in the network namespace where it was made.
/// UAPI: RTM_DELROUTE, for IPv6 also RTM_GETROUTE with NLM_F_DUMP
/// Errors: ESRCH the route is gone, with its device or alone, or runs another program by now, and was left alone
/// Costs: two system calls, no allocation; for IPv6 three more, and one more for each 8 to 16 KiB of routes
/// Races: for IPv4 none, as the kernel compares programs' names before it deletes; for IPv6 a route that somebody puts
/// in its place between looking and deleting goes instead
class route_undo {
  public:
    route_undo(netlink::route_socket routes, owned_fd<kind::program> program, netlink::program_route const& route,
               netlink::route_mark const& mark) noexcept
        : routes_{std::move(routes)}, program_{std::move(program)}, route_{route}, mark_{mark} {}

    [[nodiscard]] fd_ref<kind::program> program() const noexcept { return program_.borrow(); }
    [[nodiscard]] interface_index ifindex() const noexcept { return route_.ifindex; }

    /// Makes the route that there is to delete.
    [[nodiscard]] result_with<void, netlink::refusal> make() noexcept {
        return change(netlink::message_type::new_route,
                      netlink::message_flags::create | netlink::message_flags::exclusive);
    }

    [[nodiscard]] result<void> undo() noexcept {
        if (route_.destination.is_ipv6()) {
            auto const there = is_there();
            if (!there) return there.error();
            if (!*there) return error{errc::esrch, command::send_message};
        }
        auto const done = change(netlink::message_type::delete_route, netlink::message_flags::none);
        if (!done) return done.error().failure;
        return outcome::success();
    }

  private:
    result_with<void, netlink::refusal> change(netlink::message_type change, netlink::message_flags how) noexcept {
        auto request = netlink::make_route_request(change, how, route_, program_.raw(), mark_);
        return routes_.ask(request);
    }

    result<bool> is_there() noexcept {
        constexpr std::uint8_t ipv6 = 10;
        netlink::message<32> request{netlink::message_type::get_route, netlink::message_flags::dump,
                                     netlink::route_message{.family = ipv6}};
        bool found = false;
        auto const done = routes_.ask(
            request, [&](netlink::message_view const& answer) { found = found || netlink::is_marked(answer, mark_); });
        // Where others changed routes meanwhile, what was found was there all the same.
        if (!done && !found) return done.error().failure;
        return found;
    }

    netlink::route_socket routes_;
    owned_fd<kind::program> program_;
    netlink::program_route route_;
    netlink::route_mark mark_;
};

using route_attachment = attachment<route_undo>;

namespace detail {

/// Makes the route, once there is what it takes to delete it.
[[nodiscard]] inline result_with<route_attachment, netlink::refusal>
attach_to_route(netlink::program_route const& route, fd_ref<kind::program> program) noexcept {
    // The kernel would take the first bytes of the longer one for the shorter.
    if (route.gateway && route.gateway.bytes().size() != route.destination.bytes().size())
        return netlink::refusal{{errc::einval, command::send_message},
                                netlink::sentence{"the gateway is of another protocol than the destination"}};
    auto routes = netlink::route_socket::open();
    if (!routes) return netlink::refusal{routes.error()};
    auto own = owned_fd<kind::program>::duplicate(program);
    if (!own) return netlink::refusal{own.error()};
    auto const info = sys::get_info<sys::info::program>(program);
    if (!info) return netlink::refusal{info.error()};
    netlink::route_mark const mark{(*info)->id, routes->port()};
    route_undo undo{*std::move(routes), *std::move(own), route, mark};
    auto const done = undo.make();
    if (done) return attachment{std::move(undo)};
    if (netlink::is_unanswered(done.error())) static_cast<void>(undo.undo());
    return done.error();
}

} // namespace detail

} // namespace bpfxx::direct
