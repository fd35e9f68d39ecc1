#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/attach/clsact.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/filter.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/socket.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/info/program.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx::direct {

namespace detail {

/// Which of a filter's programs is the one that was attached: `&tc_filter::program` or `&tc_filter::action`.
using filter_program = std::optional<program_id> tc_filter::*;

inline std::optional<program_id> program_of(netlink::message_view const& answer, filter_program which) noexcept {
    auto const filter = netlink::read_filter(answer);
    return filter ? (*filter).*which : std::nullopt;
}

inline result_with<void, netlink::refusal> delete_filter(netlink::route_socket& routes,
                                                         netlink::traffic_message const& place) noexcept {
    netlink::message<64> request{netlink::message_type::delete_filter, netlink::message_flags::none, place};
    request.put_text(netlink::traffic_attribute::kind, "bpf");
    return routes.ask(request);
}

} // namespace detail

/// Takes one filter off a device as long as its program is the one that was attached, in the network namespace where
/// that was.
/// UAPI: RTM_GETTFILTER, RTM_DELTFILTER
/// Errors: attached_by_another the filter runs another program by now, and was left alone; ENOENT, EINVAL the filter or
/// its qdisc is gone; ENODEV the device is gone; EPERM CAP_NET_ADMIN is missing
/// Costs: five system calls, no allocation
/// Races: a program that somebody puts in its place between looking and deleting goes with it
class tc_undo {
  public:
    tc_undo(netlink::route_socket routes, netlink::traffic_message const& place, program_id program,
            detail::filter_program which) noexcept
        : routes_{std::move(routes)}, place_{place}, program_{program}, which_{which} {}

    [[nodiscard]] interface_index ifindex() const noexcept { return interface_index{place_.ifindex}; }
    [[nodiscard]] program_id program() const noexcept { return program_; }
    /// As the kernel gave them where the hook left them open.
    [[nodiscard]] std::uint32_t handle() const noexcept { return place_.handle; }
    [[nodiscard]] std::uint16_t priority() const noexcept {
        return static_cast<std::uint16_t>(place_.information >> 16);
    }

    [[nodiscard]] result<void> undo() noexcept {
        netlink::message<64> request{netlink::message_type::get_filter, netlink::message_flags::none, place_};
        request.put_text(netlink::traffic_attribute::kind, "bpf");
        std::optional<program_id> there;
        auto const asked = routes_.ask(
            request, [&](netlink::message_view const& answer) { there = detail::program_of(answer, which_); });
        if (!asked) return asked.error().failure;
        if (there != program_) return error{errc::attached_by_another, command::send_message};
        auto const done = detail::delete_filter(routes_, place_);
        if (!done) return done.error().failure;
        return outcome::success();
    }

  private:
    netlink::route_socket routes_;
    netlink::traffic_message place_;
    program_id program_;
    detail::filter_program which_;
};

using tc_attachment = attachment<tc_undo>;

/// Whether the network card is to run a filter.
/// UAPI: TCA_CLS_FLAGS_SKIP_HW, TCA_CLS_FLAGS_SKIP_SW
enum class tc_offload : std::uint32_t { automatic = 0, software_only = 1, hardware_only = 2 };

/// Where among the filters of a device one is. Filters run by priority, the smallest number first, and those of one
/// priority, which are for one protocol, by handle. What is 0 the kernel chooses.
struct tc_place {
    interface_index ifindex;
    tc_direction direction;
    std::uint16_t priority;
    std::uint32_t handle;
    ether_type protocol;
};

namespace detail {

inline netlink::traffic_message wire_place(tc_place const& place) noexcept {
    return {.ifindex = static_cast<std::uint32_t>(place.ifindex),
            .handle = place.handle,
            .parent = netlink::clsact_parent(place.direction),
            .information = netlink::filter_information(place.priority, place.protocol)};
}

inline netlink::message_flags making(bool replace) noexcept {
    return netlink::message_flags::create | netlink::message_flags::echo |
           (replace ? netlink::message_flags::replace : netlink::message_flags::exclusive);
}

/// The one filter that runs the program where it was to go, or nothing where there is none, or several of which it is
/// not known which one was just made.
inline std::optional<netlink::traffic_message> find_filter(netlink::route_socket& routes, tc_place const& place,
                                                           program_id program, filter_program which) noexcept {
    std::optional<netlink::traffic_message> found;
    std::size_t count = 0;
    auto const look = [&](netlink::message_view const& answer) {
        auto const filter = netlink::read_filter(answer);
        if (!filter || (*filter).*which != program) return;
        if (place.handle != 0 && filter->handle != place.handle) return;
        if (place.priority != 0 && filter->priority != place.priority) return;
        found = answer.family<netlink::traffic_message>();
        ++count;
    };
    if (!each_filter(routes, place.ifindex, place.direction, look) || count != 1) return std::nullopt;
    return found;
}

/// Sends the request for a new filter and makes its guard of what the kernel echoes: priority, handle and program.
/// Where the answer is lost, what was made is looked for and taken away.
template <std::size_t Capacity>
[[nodiscard]] result_with<tc_attachment, netlink::refusal>
add_filter(netlink::route_socket routes, netlink::message<Capacity>& request, tc_place const& place,
           fd_ref<kind::program> program, filter_program which) noexcept {
    std::optional<netlink::traffic_message> made;
    std::optional<program_id> id;
    auto const done = routes.ask(request, [&](netlink::message_view const& answer) {
        made = answer.family<netlink::traffic_message>();
        id = program_of(answer, which);
    });
    if (done && made && id) return tc_attachment{tc_undo{std::move(routes), *made, *id, which}};
    if (!done && !netlink::is_unanswered(done.error())) return done.error();
    auto const info = sys::get_info<sys::info::program>(program);
    auto const left = info ? find_filter(routes, place, (*info)->id, which) : std::nullopt;
    if (left) static_cast<void>(delete_filter(routes, *left));
    return done ? netlink::refusal{{errc::malformed_answer, command::receive_message}} : done.error();
}

} // namespace detail

/// Attaches to a filter of its own in the traffic control of a network device of the caller's network namespace, for
/// kernels that have no tcx. The device needs a clsact qdisc: `clsact_qdisc::create`.
///
///     auto const qdisc = direct::clsact_qdisc::create(eth0);      // EEXIST: it is there, which is fine, too
///     auto const attached = program->attach(direct::tc_hook{.ifindex = eth0, .direction = tc_direction::ingress});
///     if (!attached) print(describe(attached.error()), attached.error().text.view());
///
/// UAPI: RTM_NEWTFILTER of kind bpf; TCA_BPF_FD, TCA_BPF_FLAG_ACT_DIRECT
/// Since: Linux 4.5
/// Errors: EEXIST a filter of this priority and handle is there; EINVAL, ENOENT the device has no clsact qdisc, the
/// priority is used for another protocol, or the kernel is built without such filters; ENODEV no such device;
/// EOPNOTSUPP, EINVAL the card does not run it; EPERM CAP_NET_ADMIN is missing; EMFILE too many open descriptors
/// Costs: eight system calls and a descriptor for as long as the filter lives, no allocation
/// Races: should the kernel's answer be lost while the program has a filter there already, the new one stays; with
/// `replace` neither the old one nor the new one does
struct tc_hook {
    required<interface_index> ifindex;
    required<tc_direction> direction;
    std::uint16_t priority = 0;
    std::uint32_t handle = 0;
    ether_type protocol = ether_type::all;
    /// What the program returns is a `tc_action`. Where this is false it is a class: 0 for no match, -1 for `class_id`,
    /// or the number of one; the packet passes.
    bool direct_action = true;
    /// Takes the place of the filter that is at this priority and handle, if there is one.
    bool replace = false;
    std::uint32_t class_id = 0;
    tc_offload offload = tc_offload::automatic;
    /// What tc(8) prints.
    object_name name{};

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::sched_cls>;

    template <class ProgramKind>
    [[nodiscard]] result_with<tc_attachment, netlink::refusal> attach_to(fd_ref<kind::program> program) const noexcept {
        auto routes = netlink::route_socket::open();
        if (!routes) return netlink::refusal{routes.error()};
        tc_place const place{ifindex, direction, priority, handle, protocol};
        netlink::message<160> request{netlink::message_type::new_filter, detail::making(replace),
                                      detail::wire_place(place)};
        request.put_text(netlink::traffic_attribute::kind, "bpf");
        {
            using attribute = netlink::bpf_filter_attribute;
            auto const nest = request.nest(netlink::traffic_attribute::options);
            request.put(attribute::descriptor, program.raw());
            request.put(attribute::flags, std::uint32_t{direct_action});
            if (!name.view().empty()) request.put_text(attribute::name, name.view());
            if (class_id != 0) request.put(attribute::class_id, class_id);
            if (offload != tc_offload::automatic) request.put(attribute::hardware_flags, offload);
        }
        return detail::add_filter(*std::move(routes), request, place, program, &tc_filter::program);
    }
};

} // namespace bpfxx::direct
