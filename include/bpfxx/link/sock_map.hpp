#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace bpfxx {

namespace detail {

template <class Map>
concept typed_map = requires(Map const& map) {
    typename Map::kind_type;
    { map.fd() } -> std::same_as<fd_ref<kind::map>>;
};

template <class Map>
concept map_of_sockets = typed_map<Map> && (Map::kind_type::facts.type == map_type::sockmap ||
                                            Map::kind_type::facts.type == map_type::sockhash);

} // namespace detail

/// A map of sockets that programs are attached to, borrowed: any view of type `sock_map` or `sock_hash` converts to it.
class sock_map_reference {
  public:
    template <detail::map_of_sockets Map>
    sock_map_reference(Map const& map) noexcept : fd_{map.fd()} {}

    template <detail::map_of_sockets Map>
    sock_map_reference(Map const&&) = delete; // borrows from a temporary that closes at once: name the map

    template <detail::typed_map Map>
        requires(!detail::map_of_sockets<Map>)
    sock_map_reference(Map const&) = delete; // programs are attached to a sock_map or a sock_hash, and to no other map

    sock_map_reference(fd_ref<kind::map>) = delete; // a descriptor does not say the map's type: see unchecked()

    template <class Missing = void>
    constexpr sock_map_reference() noexcept : fd_{fd_ref<kind::map>::from_raw(-1)} {
        static_assert(!std::is_void_v<Missing>, "a sock map hook needs the map: give .map");
    }

    /// A map that the caller knows to be one of sockets.
    [[nodiscard]] static constexpr sock_map_reference unchecked(fd_ref<kind::map> map) noexcept {
        return {map, vouched{}};
    }

    [[nodiscard]] constexpr fd_ref<kind::map> fd() const noexcept { return fd_; }

  private:
    struct vouched {};

    constexpr sock_map_reference(fd_ref<kind::map> map, vouched) noexcept : fd_{map} {}

    fd_ref<kind::map> fd_;
};

/// What the kernel says of a link to a map of sockets.
struct sock_map_info {
    link_id id;
    program_id program;
    /// Nothing once the link is detached.
    std::optional<map_id> map;
    attach_type hook;
};

namespace link_kind {

/// The link of a program to a map of sockets, which it keeps alive.
/// UAPI: BPF_LINK_TYPE_SOCKMAP
/// Since: Linux 6.10
/// Errors: of `update`: ENOLINK the link was detached; EINVAL the program is of another type, or was loaded for another
/// hook; EPERM another program is there than expected
struct sock_map {
    static constexpr link_type type = link_type::sockmap;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    template <class ProgramKind>
    static constexpr bool runs = std::same_as<ProgramKind, program_kind::sk_msg> ||
                                 std::same_as<ProgramKind, program_kind::sk_skb_stream_parser> ||
                                 std::same_as<ProgramKind, program_kind::sk_skb_stream_verdict> ||
                                 std::same_as<ProgramKind, program_kind::sk_skb_verdict>;

    /// UAPI: `bpf_link_info.sockmap`
    /// Since: Linux 6.10
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<sock_map_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const info = sys::get_info<sys::info::link_sockmap>(link);
        if (!info) return info.error();
        auto const map = (*info)->map_id;
        return sock_map_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .map = map == map_id{} ? std::nullopt : std::optional{map},
            .hook = (*info)->attach_type,
        };
    }
};

} // namespace link_kind

using sock_map_link = basic_link<link_kind::sock_map>;

/// Attaches to a map of sockets: sk_msg programs see what is sent through the sockets in it, sk_skb programs what they
/// receive. A map has one program for each of the four hooks. A socket gets the programs that are there when it comes
/// into the map, and keeps them until it is taken out again: neither `update` nor detaching changes that.
/// UAPI: BPF_LINK_CREATE with BPF_SK_MSG_VERDICT, BPF_SK_SKB_STREAM_PARSER, BPF_SK_SKB_STREAM_VERDICT,
/// BPF_SK_SKB_VERDICT
/// Since: Linux 6.10: before that see `direct::sock_map_hook`
/// Errors: EBUSY a link is there, or sk_skb_stream_verdict and sk_skb_verdict exclude each other; EINVAL no map of
/// sockets, or the kernel has no such links; EOPNOTSUPP the kernel is built without stream parsers; EBADF
/// Costs: one system call, no allocation
/// Races: a program that was attached without a link is replaced
struct sock_map_hook {
    sock_map_reference map;

    template <class ProgramKind>
    static constexpr bool accepts = link_kind::sock_map::runs<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<sock_map_link> attach_to(fd_ref<kind::program> program) const noexcept {
        auto opened = sys::call(sys::attr::link_create_sockmap{
            .prog_fd = program, .target_fd = map.fd(), .attach_type = ProgramKind::only_attach_type});
        if (!opened) return opened.error();
        return sock_map_link::adopt_unchecked(*std::move(opened));
    }
};

} // namespace bpfxx
