#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>

// What stands on the wire between a process and rtnetlink, as far as attaching programs needs it.
namespace bpfxx::netlink {

/// UAPI: NLMSG_NOOP … and the RTM_* messages
enum class message_type : std::uint16_t {
    noop = 1,
    error = 2,
    done = 3,
    overrun = 4,
    new_link = 16,
    delete_link = 17,
    get_link = 18,
    set_link = 19,
    new_address = 20,
    new_route = 24,
    delete_route = 25,
    get_route = 26,
    new_qdisc = 36,
    delete_qdisc = 37,
    get_qdisc = 38,
    new_filter = 44,
    delete_filter = 45,
    get_filter = 46,
};

/// UAPI: NLM_F_*; the same bits say different things to messages that make, that ask and that acknowledge
enum class message_flags : std::uint16_t {
    none = 0,
    request = 0x1,
    multi = 0x2,
    acknowledge = 0x4,
    echo = 0x8,
    dump_interrupted = 0x10,

    replace = 0x100,
    exclusive = 0x200,
    create = 0x400,

    dump = 0x300,

    capped = 0x100,
    has_attributes = 0x200,
};

[[nodiscard]] constexpr message_flags operator|(message_flags left, message_flags right) noexcept {
    return static_cast<message_flags>(static_cast<std::uint16_t>(left) | static_cast<std::uint16_t>(right));
}

[[nodiscard]] constexpr bool has(message_flags flags, message_flags wanted) noexcept {
    auto const bits = static_cast<std::uint16_t>(wanted);
    return (static_cast<std::uint16_t>(flags) & bits) == bits;
}

/// UAPI: `struct nlmsghdr`
struct message_header {
    std::uint32_t length = 0;
    message_type type{};
    message_flags flags{};
    std::uint32_t sequence = 0;
    std::uint32_t port = 0;
};

/// UAPI: `struct nlattr`
struct attribute_header {
    std::uint16_t length = 0;
    std::uint16_t type = 0;
};

/// Marks in an attribute's type that are no part of the number.
/// UAPI: NLA_F_NESTED, NLA_F_NET_BYTEORDER
inline constexpr std::uint16_t attribute_is_nest = 0x8000;
inline constexpr std::uint16_t attribute_marks = 0xc000;

/// UAPI: NLMSG_ALIGNTO, NLA_ALIGNTO
[[nodiscard]] constexpr std::size_t aligned(std::size_t size) noexcept { return (size + 3) & ~std::size_t{3}; }

/// UAPI: `struct sockaddr_nl`; port 0 is the kernel
struct address {
    std::uint16_t family = 16;
    std::uint16_t padding = 0;
    std::uint32_t port = 0;
    std::uint32_t groups = 0;
};

/// Attributes behind an acknowledgement.
/// UAPI: `enum nlmsgerr_attrs`
enum class answer_attribute : std::uint16_t { text = 1, offset = 2 };

/// UAPI: `struct ifinfomsg`
struct link_message {
    std::uint8_t family = 0;
    std::uint8_t padding = 0;
    std::uint16_t device_type = 0;
    std::uint32_t ifindex = 0;
    std::uint32_t flags = 0;
    std::uint32_t change = 0;
};

/// UAPI: IFLA_*, those that are used here
enum class link_attribute : std::uint16_t { name = 3, information = 18, xdp = 43 };

/// UAPI: IFLA_INFO_*
enum class link_information_attribute : std::uint16_t { kind = 1, data = 2 };

/// UAPI: IFLA_XDP_*
enum class xdp_attribute : std::uint16_t {
    descriptor = 1,
    attached = 2,
    flags = 3,
    program_id = 4,
    native_program_id = 5,
    generic_program_id = 6,
    hardware_program_id = 7,
    expected_descriptor = 8,
};

/// UAPI: `struct tcmsg`
struct traffic_message {
    std::uint8_t family = 0;
    std::uint8_t padding = 0;
    std::uint16_t padding_2 = 0;
    std::uint32_t ifindex = 0;
    std::uint32_t handle = 0;
    std::uint32_t parent = 0;
    /// Of a filter: its priority in the upper half, its protocol, big-endian, in the lower.
    std::uint32_t information = 0;
};

/// UAPI: TCA_*
enum class traffic_attribute : std::uint16_t { kind = 1, options = 2, chain = 11 };

/// UAPI: TCA_BPF_*
enum class bpf_filter_attribute : std::uint16_t {
    action = 1,
    class_id = 3,
    classic_length = 4,
    classic_code = 5,
    descriptor = 6,
    name = 7,
    flags = 8,
    hardware_flags = 9,
    program_id = 11,
};

/// UAPI: TCA_ACT_*
enum class action_attribute : std::uint16_t { kind = 1, options = 2 };

/// UAPI: TCA_ACT_BPF_*
enum class bpf_action_attribute : std::uint16_t { parameters = 2, descriptor = 5, name = 6, program_id = 9 };

/// UAPI: `struct tc_act_bpf`
struct action_parameters {
    std::uint32_t index = 0;
    std::uint32_t capabilities = 0;
    std::int32_t action = 0;
    std::int32_t references = 0;
    std::int32_t bindings = 0;
};

/// UAPI: `struct rtmsg`
struct route_message {
    std::uint8_t family = 0;
    std::uint8_t destination_bits = 0;
    std::uint8_t source_bits = 0;
    std::uint8_t type_of_service = 0;
    std::uint8_t table = 0;
    std::uint8_t protocol = 0;
    std::uint8_t scope = 0;
    std::uint8_t type = 0;
    std::uint32_t flags = 0;
};

/// UAPI: RTA_*
enum class route_attribute : std::uint16_t {
    destination = 1,
    interface = 4,
    gateway = 5,
    metric = 6,
    table = 15,
    encapsulation_type = 21,
    encapsulation = 22,
};

/// UAPI: `enum lwtunnel_encap_types`
enum class encapsulation_type : std::uint16_t { bpf = 6, seg6_local = 7 };

/// UAPI: LWT_BPF_*
enum class lwt_attribute : std::uint16_t { in = 1, out = 2, xmit = 3, headroom = 4 };

/// UAPI: LWT_BPF_PROG_*, SEG6_LOCAL_BPF_PROG and its name
enum class route_program_attribute : std::uint16_t { program = 1, name = 2 };

/// UAPI: SEG6_LOCAL_*
enum class seg6_local_attribute : std::uint16_t { action = 1, bpf = 8 };

/// UAPI: SEG6_LOCAL_ACTION_END_BPF
inline constexpr std::uint32_t seg6_local_end_bpf = 15;

} // namespace bpfxx::netlink
