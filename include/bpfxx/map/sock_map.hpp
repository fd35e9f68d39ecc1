#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/references.hpp>

#include <cstdint>

namespace bpfxx {

/// The elements of a `sock_map`, where absence has a number of its own.
template <class Socket, access_mode Access>
class sock_map_elements : public map_walks<map_kind::sockmap, std::uint32_t, Socket, Access> {
    using base = map_walks<map_kind::sockmap, std::uint32_t, Socket, Access>;

  protected:
    using base::base;
    using base::writes;

  public:
    /// Takes a socket out, which goes on as an ordinary one; false when the slot was empty or beyond the end.
    /// UAPI: BPF_MAP_DELETE_ELEM, which says EINVAL there instead of ENOENT
    /// Errors: EPERM the map is frozen
    /// Costs: one system call, no allocation
    [[nodiscard]] result<bool> erase(std::uint32_t const& index) const noexcept
        requires(writes)
    {
        auto const erased = base::erase(index);
        if (!erased && erased.error().code == errc::einval) return false;
        return erased;
    }
    void erase(std::uint32_t const&) const // this view is read-only: open it as read_write
        requires(!writes)
    = delete;
};

/// Sockets under indices, among which programs of type sk_skb and sk_msg redirect what is sent, with the helpers
/// `sk_redirect_map` and `msg_redirect_map`; such programs are attached to the map's descriptor. `update` takes the
/// descriptor of a socket, `lookup` gives its cookie.
/// UAPI: BPF_MAP_TYPE_SOCKMAP
/// Since: Linux 4.14; `lookup` 5.8
/// Errors: of `create`: EPERM CAP_NET_ADMIN is missing; of `update`: EOPNOTSUPP the socket is of a family or in a state
/// that does not go into maps, such as TCP that is not connected; ENOTSOCK no socket; E2BIG the index is beyond the
/// end; value_size_differs when opened: see `socket_alone`
/// Races: a slot becomes empty when its socket is closed
template <access_mode Access = read_write, class Socket = socket_with_cookie>
using sock_map = map_view<sock_map_elements<Socket, Access>>;

/// The same under keys of any type, which are up to 512 bytes long.
/// UAPI: BPF_MAP_TYPE_SOCKHASH
/// Since: Linux 4.18; `lookup` 5.8
/// Errors: as `sock_map`; of `create`: E2BIG the key is longer than 512 bytes; of `update`: E2BIG the map is full
/// Races: an entry goes away when its socket is closed; walks may start again meanwhile (`walk_guarantee::best_effort`)
template <class Key, access_mode Access = read_write, class Socket = socket_with_cookie>
using sock_hash = basic_map<map_kind::sockhash, Key, Socket, Access>;

} // namespace bpfxx
