#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/socket.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/netlink/xdp.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/flags.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx::direct {

namespace detail {

inline constexpr std::uint32_t xdp_only_if_empty = 1u << 0; // XDP_FLAGS_UPDATE_IF_NOEXIST
inline constexpr std::uint32_t xdp_replace = 1u << 4;       // XDP_FLAGS_REPLACE

/// RTM_SETLINK with IFLA_XDP; a program of -1 is none.
inline result_with<void, netlink::refusal> set_xdp(netlink::route_socket& routes, interface_index ifindex,
                                                   std::int32_t program, std::uint32_t flags,
                                                   std::optional<std::int32_t> expected) noexcept {
    netlink::message<80> request{netlink::message_type::set_link, netlink::message_flags::none,
                                 netlink::link_message{.ifindex = static_cast<std::uint32_t>(ifindex)}};
    {
        auto const nest = request.nest(netlink::link_attribute::xdp);
        request.put(netlink::xdp_attribute::descriptor, program);
        request.put(netlink::xdp_attribute::flags, flags);
        if (expected) request.put(netlink::xdp_attribute::expected_descriptor, *expected);
    }
    return routes.ask(request);
}

} // namespace detail

/// Takes one XDP program off a device, in the network namespace where it was attached.
/// UAPI: RTM_SETLINK with IFLA_XDP_FD -1, XDP_FLAGS_REPLACE and IFLA_XDP_EXPECTED_FD
/// Since: Linux 5.7
/// Errors: attached_by_another the program is not there by now, and what may be there was left alone; ENODEV the device
/// is gone; EPERM CAP_NET_ADMIN is missing
/// Costs: two system calls, no allocation
class xdp_undo {
  public:
    xdp_undo(netlink::route_socket routes, owned_fd<kind::program> program, interface_index ifindex,
             xdp_mode mode) noexcept
        : routes_{std::move(routes)}, program_{std::move(program)}, ifindex_{ifindex}, mode_{mode} {}

    [[nodiscard]] fd_ref<kind::program> program() const noexcept { return program_.borrow(); }
    [[nodiscard]] interface_index ifindex() const noexcept { return ifindex_; }
    [[nodiscard]] xdp_mode mode() const noexcept { return mode_; }

    [[nodiscard]] result<void> undo() noexcept {
        constexpr std::int32_t none = -1;
        auto const flags = static_cast<std::uint32_t>(mode_) | detail::xdp_replace;
        auto const done = detail::set_xdp(routes_, ifindex_, none, flags, program_.raw());
        if (done) return outcome::success();
        // "Active program does not match expected", and for a link "Can't replace active BPF XDP link".
        auto const code = done.error().failure.code;
        if (code == errc::eexist || code == errc::ebusy) return error{errc::attached_by_another, command::send_message};
        return done.error().failure;
    }

  private:
    netlink::route_socket routes_;
    owned_fd<kind::program> program_;
    interface_index ifindex_;
    xdp_mode mode_;
};

using xdp_attachment = attachment<xdp_undo>;

/// Attaches as `bpfxx::xdp_hook` does, but without a link, which Linux before 5.9 does not have: the program stays if
/// the process dies. Where nothing is said of what is there already, a program there is kept and this one refused.
///
///     auto const attached = program->attach(direct::xdp_hook{.ifindex = eth0, .mode = xdp_mode::native});
///     if (!attached) print(attached.error().text.view());     // "XDP program already attached"
///
/// UAPI: RTM_SETLINK with IFLA_XDP; XDP_FLAGS_UPDATE_IF_NOEXIST, XDP_FLAGS_REPLACE with IFLA_XDP_EXPECTED_FD
/// Since: Linux 5.7
/// Errors: EBUSY a program or a link is there; EEXIST a program is there in the other mode, or another than the one to
/// replace; EOPNOTSUPP the driver has no such mode; EINVAL, ERANGE the device's MTU or features do not allow it; ENODEV
/// no such device; EPERM CAP_NET_ADMIN is missing; EMFILE too many open descriptors
/// Costs: eight system calls and two descriptors for as long as the program is attached, no allocation
/// Races: should the kernel's answer be lost, what this program is attached by is taken away, be it of an earlier attach;
/// with `replace` the old program does not come back
struct xdp_hook {
    required<interface_index> ifindex;
    xdp_mode mode = xdp_mode::automatic;
    /// The program that has to be there, and gives way.
    optional_fd_ref<kind::program> replace{};
    /// False lets any program give way that is attached without a link.
    bool only_if_empty = true;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::xdp>;

    template <class ProgramKind>
    [[nodiscard]] result_with<xdp_attachment, netlink::refusal>
    attach_to(fd_ref<kind::program> program) const noexcept {
        auto routes = netlink::route_socket::open();
        if (!routes) return netlink::refusal{routes.error()};
        auto own = owned_fd<kind::program>::duplicate(program);
        if (!own) return netlink::refusal{own.error()};
        auto const condition = replace ? detail::xdp_replace : only_if_empty ? detail::xdp_only_if_empty : 0;
        auto const done = detail::set_xdp(*routes, ifindex, program.raw(), static_cast<std::uint32_t>(mode) | condition,
                                          replace ? std::optional{replace.raw()} : std::nullopt);
        if (!done && !netlink::is_unanswered(done.error())) return done.error();
        xdp_attachment made{xdp_undo{*std::move(routes), *std::move(own), ifindex, mode}};
        if (!done) return done.error(); // and what may be attached is not, once the guard goes
        return made;
    }
};

/// Which XDP programs a device has.
/// UAPI: RTM_GETLINK, IFLA_XDP
/// Since: Linux 4.8; `native`, `generic` and `hardware` 4.19
/// Errors: ENODEV no such device; malformed_answer
/// Costs: eight system calls, no allocation
[[nodiscard]] inline result_with<xdp_programs, netlink::refusal> query_xdp(interface_index ifindex) noexcept {
    auto routes = netlink::route_socket::open();
    if (!routes) return netlink::refusal{routes.error()};
    netlink::message<32> request{netlink::message_type::get_link, netlink::message_flags::none,
                                 netlink::link_message{.ifindex = static_cast<std::uint32_t>(ifindex)}};
    std::optional<xdp_programs> found;
    auto const done = routes->ask(request, [&](netlink::message_view const& answer) {
        if (auto const programs = netlink::read_xdp(answer)) found = programs;
    });
    if (!done) return done.error();
    if (!found) return netlink::refusal{{errc::malformed_answer, command::receive_message}};
    return *found;
}

} // namespace bpfxx::direct
