#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/link/tc_direction.hpp>
#include <bpfxx/netlink/reader.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <bit>
#include <cstdint>
#include <optional>

namespace bpfxx {

/// What a frame carries, in the byte order of numbers; any other value of <linux/if_ether.h> can be held.
/// UAPI: ETH_P_ALL, ETH_P_IP …
enum class ether_type : std::uint16_t { all = 0x0003, ipv4 = 0x0800, arp = 0x0806, vlan = 0x8100, ipv6 = 0x86dd };

/// A traffic control filter of the kind that runs BPF programs.
/// UAPI: TCA_BPF_*
struct tc_filter {
    std::uint32_t handle = 0;
    std::uint16_t priority = 0;
    ether_type protocol{};
    /// Nothing for a filter of classic BPF.
    std::optional<program_id> program{};
    /// What the program returns is the verdict, rather than a class.
    bool direct_action = false;
    /// The first of the filter's actions that is a program.
    std::optional<program_id> action{};
};

namespace netlink {

/// TC_H_MIN_INGRESS or TC_H_MIN_EGRESS of the clsact qdisc.
[[nodiscard]] constexpr std::uint32_t clsact_parent(tc_direction direction) noexcept {
    return direction == tc_direction::ingress ? 0xffff'fff2 : 0xffff'fff3;
}

/// A filter's priority and protocol as a message has them, the protocol big-endian.
[[nodiscard]] constexpr std::uint32_t filter_information(std::uint16_t priority, ether_type protocol) noexcept {
    auto const number = static_cast<std::uint16_t>(protocol);
    constexpr bool swaps = std::endian::native == std::endian::little;
    auto const sent = swaps ? static_cast<std::uint16_t>(number << 8 | number >> 8) : number;
    return std::uint32_t{priority} << 16 | sent;
}

namespace detail {

constexpr ether_type protocol_of(std::uint32_t information) noexcept {
    return static_cast<ether_type>(filter_information(0, static_cast<ether_type>(information & 0xffff)));
}

inline std::optional<program_id> action_program(attributes const& actions) noexcept {
    for (auto const action : actions) {
        auto const told = action.nested();
        if (told.text(action_attribute::kind) != "bpf") continue;
        auto const id = told.nested(action_attribute::options).get<program_id>(bpf_action_attribute::program_id);
        if (id) return id;
    }
    return std::nullopt;
}

} // namespace detail

/// Reads a filter that a message tells of; nothing for other kinds of filters and of messages.
[[nodiscard]] inline std::optional<tc_filter> read_filter(message_view const& answer) noexcept {
    if (answer.header().type != message_type::new_filter) return std::nullopt;
    auto const family = answer.family<traffic_message>();
    auto const told = answer.behind<traffic_message>();
    if (!family || family->handle == 0 || told.text(traffic_attribute::kind) != "bpf") return std::nullopt;
    auto const options = told.nested(traffic_attribute::options);
    auto const flags = options.get<std::uint32_t>(bpf_filter_attribute::flags).value_or(0);
    return tc_filter{
        .handle = family->handle,
        .priority = static_cast<std::uint16_t>(family->information >> 16),
        .protocol = detail::protocol_of(family->information),
        .program = options.get<program_id>(bpf_filter_attribute::program_id),
        .direct_action = (flags & 1) != 0,
        .action = detail::action_program(options.nested(bpf_filter_attribute::action)),
    };
}

} // namespace netlink

} // namespace bpfxx
