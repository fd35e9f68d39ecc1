#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/reader.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx {

/// Where packets go that a route is for: a prefix of either protocol.
class route_destination {
  public:
    constexpr route_destination(ipv4_prefix const& prefix) noexcept : bits_{prefix.prefix_bits} {
        for (std::size_t i = 0; i != prefix.address.size(); ++i) bytes_[i] = prefix.address[i];
    }
    constexpr route_destination(ipv6_prefix const& prefix) noexcept
        : is_ipv6_{true}, bits_{prefix.prefix_bits}, bytes_{prefix.address} {}

    template <class Missing = void>
    constexpr route_destination() noexcept {
        static_assert(!std::is_void_v<Missing>, "a route needs its destination: give .destination, such as "
                                                "\"10.0.0.0/8\"_ipv4 or a parsed prefix");
    }

    [[nodiscard]] constexpr bool is_ipv6() const noexcept { return is_ipv6_; }
    [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return static_cast<std::uint8_t>(bits_); }
    [[nodiscard]] constexpr std::span<std::uint8_t const> bytes() const noexcept {
        return std::span{bytes_}.first(is_ipv6_ ? 16 : 4);
    }

  private:
    bool is_ipv6_ = false;
    std::uint32_t bits_ = 0;
    ipv6_address bytes_{};
};

/// The router that packets go to, or none: the destination is right at the device.
class route_gateway {
  public:
    constexpr route_gateway() noexcept = default;
    constexpr route_gateway(ipv4_address const& address) noexcept : size_{address.size()} {
        for (std::size_t i = 0; i != address.size(); ++i) bytes_[i] = address[i];
    }
    constexpr route_gateway(ipv6_address const& address) noexcept : size_{address.size()}, bytes_{address} {}

    [[nodiscard]] constexpr std::span<std::uint8_t const> bytes() const noexcept {
        return std::span{bytes_}.first(size_);
    }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return size_ != 0; }

  private:
    std::size_t size_ = 0;
    ipv6_address bytes_{};
};

namespace netlink {

/// What a route does beside leading somewhere: run a program on the packets that come in by it, on those that leave by
/// it, on those that are about to be sent, or on those whose next segment it is.
enum class route_program : std::uint8_t { lwt_in, lwt_out, lwt_xmit, seg6_local };

/// The kernel tells no program of a route but by the name that it was given: this one no other attachment has. It reads
/// "id 12 by 4711": the program's id and the port of the socket that attached it.
class route_mark {
  public:
    route_mark(program_id program, std::uint32_t port) noexcept {
        append("id ");
        append(static_cast<std::uint32_t>(program));
        append(" by ");
        append(port);
    }

    [[nodiscard]] std::string_view view() const noexcept { return {characters_.data(), size_}; }

  private:
    void append(std::string_view text) noexcept {
        for (char const character : text) characters_[size_++] = character;
    }
    void append(std::uint32_t number) noexcept {
        auto const done = std::to_chars(characters_.data() + size_, characters_.data() + characters_.size(), number);
        size_ = static_cast<std::size_t>(done.ptr - characters_.data());
    }

    std::array<char, sizeof "id 4294967295 by 4294967295"> characters_{};
    std::size_t size_ = 0;
};

/// A route that runs a program.
struct program_route {
    route_destination destination;
    interface_index ifindex;
    route_gateway gateway;
    std::uint32_t metric;
    std::uint32_t table;
    bool local;
    route_program runs;
    std::uint32_t headroom;
};

/// Room for the longest of these requests, with addresses of IPv6 and every option.
using route_request = message<256>;

namespace detail {

constexpr route_message head_of(program_route const& route) noexcept {
    constexpr std::uint8_t unspecified = 0, ipv4 = 2, ipv6 = 10, by_administrator = 4, unicast = 1, local = 2;
    constexpr std::uint8_t main_table = 254, local_table = 255, everywhere = 0, at_link = 253, at_host = 254;
    auto const near = route.local ? at_host : route.gateway ? everywhere : at_link;
    auto const usual = route.local ? local_table : main_table;
    return {
        .family = route.destination.is_ipv6() ? ipv6 : ipv4,
        .destination_bits = route.destination.bits(),
        .table = route.table == 0 ? usual : unspecified,
        .protocol = by_administrator,
        .scope = route.destination.is_ipv6() ? everywhere : near,
        .type = route.local ? local : unicast,
    };
}

inline void put_lwt(route_request& request, program_route const& route, std::int32_t program,
                    route_mark const& mark) noexcept {
    request.put(route_attribute::encapsulation_type, encapsulation_type::bpf);
    auto const nest = request.nest(route_attribute::encapsulation);
    {
        auto const direction = request.nest(route.runs == route_program::lwt_in    ? lwt_attribute::in
                                            : route.runs == route_program::lwt_out ? lwt_attribute::out
                                                                                   : lwt_attribute::xmit);
        request.put(route_program_attribute::program, program);
        request.put_text(route_program_attribute::name, mark.view());
    }
    if (route.headroom != 0) request.put(lwt_attribute::headroom, route.headroom);
}

inline void put_seg6_local(route_request& request, std::int32_t program, route_mark const& mark) noexcept {
    request.put(route_attribute::encapsulation_type, encapsulation_type::seg6_local);
    auto const nest = request.nest(route_attribute::encapsulation);
    request.put(seg6_local_attribute::action, seg6_local_end_bpf);
    auto const bpf = request.nest(seg6_local_attribute::bpf);
    request.put(route_program_attribute::program, program);
    request.put_text(route_program_attribute::name, mark.view());
}

} // namespace detail

/// The request to make such a route or to delete it.
[[nodiscard]] inline route_request make_route_request(message_type change, message_flags how,
                                                      program_route const& route, std::int32_t program,
                                                      route_mark const& mark) noexcept {
    route_request request{change, how, detail::head_of(route)};
    request.put_bytes(route_attribute::destination, std::as_bytes(route.destination.bytes()));
    request.put(route_attribute::interface, route.ifindex);
    if (route.gateway) request.put_bytes(route_attribute::gateway, std::as_bytes(route.gateway.bytes()));
    if (route.metric != 0) request.put(route_attribute::metric, route.metric);
    if (route.table != 0) request.put(route_attribute::table, route.table);
    if (route.runs == route_program::seg6_local)
        detail::put_seg6_local(request, program, mark);
    else
        detail::put_lwt(request, route, program, mark);
    return request;
}

/// Whether a message tells of the route that has this mark.
[[nodiscard]] inline bool is_marked(message_view const& answer, route_mark const& mark) noexcept {
    if (answer.header().type != message_type::new_route) return false;
    for (auto const part : answer.behind<route_message>().nested(route_attribute::encapsulation))
        if (part.nested().text(route_program_attribute::name) == mark.view()) return true;
    return false;
}

} // namespace netlink

} // namespace bpfxx
