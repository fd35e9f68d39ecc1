#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/netlink/reader.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx {

/// Where XDP programs are attached to a device.
/// UAPI: XDP_ATTACHED_*
enum class xdp_attached : std::uint8_t { none, native, generic, hardware, several };

/// The XDP programs of a device, whether attached by a link or without.
/// UAPI: IFLA_XDP
struct xdp_programs {
    xdp_attached attached = xdp_attached::none;
    std::optional<program_id> native{};
    std::optional<program_id> generic{};
    std::optional<program_id> hardware{};
};

namespace netlink {

/// Reads what RTM_GETLINK answers of one device; nothing where it is another kind of message, or too short.
[[nodiscard]] constexpr std::optional<xdp_programs> read_xdp(message_view const& answer) noexcept {
    if (answer.header().type != message_type::new_link || !answer.family<link_message>()) return std::nullopt;
    auto const said = answer.behind<link_message>().nested(link_attribute::xdp);
    auto const number = [&](xdp_attribute which) { return said.get<program_id>(which); };
    return xdp_programs{
        .attached = said.get<xdp_attached>(xdp_attribute::attached).value_or(xdp_attached::none),
        .native = number(xdp_attribute::native_program_id),
        .generic = number(xdp_attribute::generic_program_id),
        .hardware = number(xdp_attribute::hardware_program_id),
    };
}

} // namespace netlink

} // namespace bpfxx
