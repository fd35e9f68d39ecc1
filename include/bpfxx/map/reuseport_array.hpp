#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/references.hpp>

#include <cstdint>

namespace bpfxx {

/// Sockets of SO_REUSEPORT groups among which a program of type sk_reuseport chooses, with the helper
/// `sk_select_reuseport`. `update` takes the descriptor of a socket that is bound (UDP) or listens (TCP), `lookup`
/// gives its cookie.
/// UAPI: BPF_MAP_TYPE_REUSEPORT_SOCKARRAY
/// Since: Linux 4.19
/// Errors: of `update`: EINVAL a socket without SO_REUSEPORT, not bound or not listening; EBUSY the socket is in
/// another such map, or in another slot of this one; 524 neither UDP nor TCP; E2BIG the index is beyond the end, of
/// `erase` too; value_size_differs when opened: see `socket_alone`
/// Races: a slot becomes empty when its socket is closed or leaves its group
template <access_mode Access = read_write, class Socket = socket_with_cookie>
using reuseport_array = basic_map<map_kind::reuseport_sockarray, std::uint32_t, Socket, Access>;

} // namespace bpfxx
