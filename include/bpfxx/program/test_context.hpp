#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

// The contexts of programs as user space gives them to a run and gets them back. Fields are the kernel's, under its
// names; those that a run may not set have to be zero.
namespace bpfxx {

/// UAPI: `struct xdp_md`; `data` and `data_end` are offsets into the data given
/// Since: Linux 5.18
struct xdp_context {
    std::uint32_t data = 0;
    std::uint32_t data_end = 0;
    std::uint32_t data_meta = 0;
    std::uint32_t ingress_ifindex = 0;
    std::uint32_t rx_queue_index = 0;
    std::uint32_t egress_ifindex = 0;
};

/// UAPI: `struct __sk_buff`; a run may set mark, priority, ingress_ifindex, ifindex, cb, tstamp, wire_len, gso_segs,
/// gso_size and hwtstamp
/// Since: Linux 5.2
struct sk_buff_context {
    std::uint32_t len = 0;
    std::uint32_t pkt_type = 0;
    std::uint32_t mark = 0;
    std::uint32_t queue_mapping = 0;
    std::uint32_t protocol = 0;
    std::uint32_t vlan_present = 0;
    std::uint32_t vlan_tci = 0;
    std::uint32_t vlan_proto = 0;
    std::uint32_t priority = 0;
    std::uint32_t ingress_ifindex = 0;
    std::uint32_t ifindex = 0;
    std::uint32_t tc_index = 0;
    std::uint32_t cb[5]{};
    std::uint32_t hash = 0;
    std::uint32_t tc_classid = 0;
    std::uint32_t data = 0;
    std::uint32_t data_end = 0;
    std::uint32_t napi_id = 0;
    std::uint32_t family = 0;
    std::uint32_t remote_ip4 = 0;
    std::uint32_t local_ip4 = 0;
    std::uint32_t remote_ip6[4]{};
    std::uint32_t local_ip6[4]{};
    std::uint32_t remote_port = 0;
    std::uint32_t local_port = 0;
    std::uint32_t data_meta = 0;
    std::uint64_t flow_keys = 0;
    std::uint64_t tstamp = 0;
    std::uint32_t wire_len = 0;
    std::uint32_t gso_segs = 0;
    std::uint64_t sk = 0;
    std::uint32_t gso_size = 0;
    std::uint8_t tstamp_type = 0;
    std::uint8_t reserved_1[3]{};
    std::uint64_t hwtstamp = 0;
};

/// UAPI: `struct bpf_sk_lookup`; `cookie` comes back as that of the socket chosen, 0 for none
/// Since: Linux 5.13
struct sk_lookup_context {
    std::uint64_t cookie = 0;
    std::uint32_t family = 0;
    std::uint32_t protocol = 0;
    std::uint32_t remote_ip4 = 0;
    std::uint32_t remote_ip6[4]{};
    std::uint16_t remote_port = 0;
    std::uint16_t reserved_1 = 0;
    std::uint32_t local_ip4 = 0;
    std::uint32_t local_ip6[4]{};
    std::uint32_t local_port = 0;
    std::uint32_t ingress_ifindex = 0;
    std::uint32_t reserved_2 = 0;
};

/// What a flow dissector finds out, as it comes back in `data_out`, and as the context of a run, which sets `flags`
/// alone. Ports and addresses are in network order.
/// UAPI: `struct bpf_flow_keys`
/// Since: Linux 4.20 for data, 5.4 as a context
struct flow_keys {
    std::uint16_t nhoff = 0;
    std::uint16_t thoff = 0;
    std::uint16_t addr_proto = 0;
    std::uint8_t is_frag = 0;
    std::uint8_t is_first_frag = 0;
    std::uint8_t is_encap = 0;
    std::uint8_t ip_proto = 0;
    std::uint16_t n_proto = 0;
    std::uint16_t sport = 0;
    std::uint16_t dport = 0;
    std::uint32_t ipv6_src[4]{};
    std::uint32_t ipv6_dst[4]{};
    std::uint32_t flags = 0;
    std::uint32_t flow_label = 0;

    /// Where `addr_proto` is that of IPv4, whose addresses stand in the same place.
    [[nodiscard]] constexpr std::uint32_t ipv4_src() const noexcept { return ipv6_src[0]; }
    [[nodiscard]] constexpr std::uint32_t ipv4_dst() const noexcept { return ipv6_src[1]; }
};

/// At which netfilter hook a run takes place. Not of the UAPI: the kernel reads its own `struct nf_hook_state`.
/// Since: Linux 6.4
struct netfilter_context {
    std::uint8_t hook = 0;
    std::uint8_t pf = 0;
    std::uint8_t reserved_1[6]{};
    std::uint64_t reserved_2[5]{};
};

namespace detail {

constexpr bool gets_sk_buff(program_type type) noexcept {
    using enum program_type;
    return type == socket_filter || type == sched_cls || type == sched_act || type == cgroup_skb || type == lwt_in ||
           type == lwt_out || type == lwt_xmit || type == lwt_seg6local || type == sk_skb;
}

struct no_test_context {};

template <program_type Type>
struct test_context_of : std::conditional<gets_sk_buff(Type), std::type_identity<sk_buff_context>,
                                          std::type_identity<no_test_context>>::type {};
template <>
struct test_context_of<program_type::xdp> : std::type_identity<xdp_context> {};
template <>
struct test_context_of<program_type::sk_lookup> : std::type_identity<sk_lookup_context> {};
template <>
struct test_context_of<program_type::flow_dissector> : std::type_identity<flow_keys> {};
template <>
struct test_context_of<program_type::netfilter> : std::type_identity<netfilter_context> {};

template <class T>
concept is_test_context =
    std::same_as<T, sk_buff_context> || std::same_as<T, xdp_context> || std::same_as<T, sk_lookup_context> ||
    std::same_as<T, flow_keys> || std::same_as<T, netfilter_context>;

} // namespace detail

/// The context of a run of programs of a type.
template <program_tag Kind>
using test_context = typename detail::test_context_of<Kind::type>::type;

/// A context that goes into a run or comes out of it, borrowed: `test_context<Kind>`, the arguments of a raw tracepoint
/// as an array of numbers, or any bytes.
template <program_tag Kind, class Byte>
class lent_context {
    template <class T>
    using as_lent = std::conditional_t<std::is_const_v<Byte>, T const, T>;

  public:
    constexpr lent_context() noexcept = default;

    template <class Bytes>
        requires std::convertible_to<Bytes&&, std::span<Byte>>
    constexpr lent_context(Bytes&& given) noexcept : bytes_{given} {}

    lent_context(as_lent<test_context<Kind>>& given) noexcept
        : bytes_{reinterpret_cast<Byte*>(&given), sizeof(test_context<Kind>)} {}

    template <class Numbers>
        requires(Kind::type == program_type::raw_tracepoint &&
                 std::convertible_to<Numbers &&, std::span<as_lent<std::uint64_t>>>)
    lent_context(Numbers&& arguments) noexcept : bytes_{as_bytes(std::span<as_lent<std::uint64_t>>{arguments})} {}

    template <detail::is_test_context Other>
        requires(!std::same_as<Other, test_context<Kind>>)
    lent_context(Other const&) noexcept {
        static_assert(std::same_as<Other, test_context<Kind>>, "this is the context of another type of program");
    }

    [[nodiscard]] constexpr std::span<Byte> bytes() const noexcept { return bytes_; }

  private:
    static std::span<Byte> as_bytes(std::span<as_lent<std::uint64_t>> numbers) noexcept {
        return {reinterpret_cast<Byte*>(numbers.data()), numbers.size_bytes()};
    }

    std::span<Byte> bytes_{};
};

} // namespace bpfxx
