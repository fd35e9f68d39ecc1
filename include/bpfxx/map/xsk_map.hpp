#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/map/basic_map.hpp>

#include <cstdint>

namespace bpfxx {

/// AF_XDP sockets that XDP programs redirect packets to, with the helper `redirect_map`, as a rule each under the
/// number of the receive queue that it is bound to. Nothing is given back, so that such a map has no lookups and no
/// walks.
/// UAPI: BPF_MAP_TYPE_XSKMAP
/// Since: Linux 4.18
/// Errors: of `create`: EPERM CAP_NET_ADMIN is missing; of `update`: EOPNOTSUPP the socket is no AF_XDP socket,
/// ENOTSOCK no socket at all; E2BIG the index is beyond the end, EINVAL of `erase`. `erase` is true for an empty slot
/// too
/// Races: a slot becomes empty when its socket is closed
template <access_mode Access = read_write>
using xsk_map = basic_map<map_kind::xskmap, std::uint32_t, stored_found<fd_ref<kind::socket>, void>, Access>;

} // namespace bpfxx
