#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/lpm_key.hpp>

namespace bpfxx {

namespace detail {

template <class Key>
inline constexpr bool is_lpm_key = false;
template <class Address>
inline constexpr bool is_lpm_key<lpm_key<Address>> = true;

template <class Prefix>
consteval bool check_prefix() {
    static_assert(is_lpm_key<Prefix>,
                  "the key of an LPM trie is a prefix length and an address: ipv4_prefix, ipv6_prefix, "
                  "or lpm_key of any address");
    return true;
}

} // namespace detail

/// A table of address prefixes, such as routes: `lookup` and `contains` find the longest prefix that the key begins with,
/// so ask for `Prefix::whole(address)`; `insert`, `update`, `replace` and `erase` mean exactly the prefix given, whatever
/// bits follow it. map/ip_prefix.hpp has prefixes of IPv4 and IPv6.
/// UAPI: BPF_MAP_TYPE_LPM_TRIE
/// Since: Linux 4.11; walks 4.16, batches 5.13
/// Errors: of `update` and `insert`: ENOSPC the table is full
/// Races: a walk is a best effort within `max_entries` (`walk_guarantee::best_effort`), more specific prefixes first
template <class Prefix, class Value, access_mode Access = read_write>
    requires(detail::check_prefix<Prefix>())
using lpm_trie = basic_map<map_kind::lpm_trie, Prefix, Value, Access>;

} // namespace bpfxx
