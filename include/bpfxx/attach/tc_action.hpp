#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/tc.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/filter.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/socket.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/verdict.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace bpfxx::direct {

namespace detail {

/// One classic instruction, which matches every packet: a filter that leaves all to its action.
template <std::size_t Capacity>
void put_match_all(netlink::message<Capacity>& request) noexcept {
    struct {
        std::uint16_t code;
        std::uint8_t jump_if_true;
        std::uint8_t jump_if_false;
        std::uint32_t constant;
    } const return_minus_1{0x06, 0, 0, 0xffff'ffff};
    request.put(netlink::bpf_filter_attribute::classic_length, std::uint16_t{1});
    request.put(netlink::bpf_filter_attribute::classic_code, return_minus_1);
}

template <std::size_t Capacity>
void put_action(netlink::message<Capacity>& request, fd_ref<kind::program> program, tc_action otherwise,
                object_name const& name) noexcept {
    enum class position : std::uint16_t { first = 1 };
    auto const actions = request.nest(netlink::bpf_filter_attribute::action);
    auto const action = request.nest(position::first);
    request.put_text(netlink::action_attribute::kind, "bpf");
    auto const options = request.nest(netlink::action_attribute::options);
    request.put(netlink::bpf_action_attribute::parameters,
                netlink::action_parameters{.action = static_cast<std::int32_t>(otherwise)});
    request.put(netlink::bpf_action_attribute::descriptor, program.raw());
    if (!name.view().empty()) request.put_text(netlink::bpf_action_attribute::name, name.view());
}

} // namespace detail

/// Attaches as the action of a filter of its own, which sends it every packet of the protocol or those that `filter`
/// matches. The device needs a clsact qdisc: `clsact_qdisc::create`.
/// UAPI: RTM_NEWTFILTER of kind bpf with TCA_BPF_ACT; TCA_ACT_BPF_FD
/// Since: Linux 4.5
/// Errors: as of `tc_hook`; ENOENT the kernel is built without such actions
/// Costs: eight system calls and a descriptor for as long as the filter lives, no allocation
struct tc_action_hook {
    required<interface_index> ifindex;
    required<tc_direction> direction;
    std::uint16_t priority = 0;
    std::uint32_t handle = 0;
    ether_type protocol = ether_type::all;
    /// A sched_cls program that returns 0 for packets that are not for the action, -1 for those that are.
    optional_fd_ref<kind::program> filter{};
    /// What becomes of a packet of which the program says `tc_action::next`.
    tc_action otherwise = tc_action::pipe;
    /// Takes the place of the filter that is at this priority and handle, if there is one.
    bool replace = false;
    /// What tc(8) prints.
    object_name name{};

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::sched_act>;

    template <class ProgramKind>
    [[nodiscard]] result_with<tc_attachment, netlink::refusal> attach_to(fd_ref<kind::program> program) const noexcept {
        auto routes = netlink::route_socket::open();
        if (!routes) return netlink::refusal{routes.error()};
        tc_place const place{ifindex, direction, priority, handle, protocol};
        netlink::message<256> request{netlink::message_type::new_filter, detail::making(replace),
                                      detail::wire_place(place)};
        request.put_text(netlink::traffic_attribute::kind, "bpf");
        {
            auto const nest = request.nest(netlink::traffic_attribute::options);
            if (filter)
                request.put(netlink::bpf_filter_attribute::descriptor, filter.raw());
            else
                detail::put_match_all(request);
            detail::put_action(request, program, otherwise, name);
        }
        return detail::add_filter(*std::move(routes), request, place, program, &tc_filter::action);
    }
};

} // namespace bpfxx::direct
