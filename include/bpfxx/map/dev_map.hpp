#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/references.hpp>
#include <bpfxx/program/kinds.hpp>

#include <cstdint>

namespace bpfxx {

/// Where packets are redirected to, and a program that sees them on the way: `{.interface = eth0, .program = filter}`.
/// UAPI: `struct bpf_devmap_val`
struct dev_map_value {
    interface_index interface;
    /// Since: Linux 5.8
    optional_program_reference<program_kind::xdp_devmap> program{};
};

/// The same as it is found.
/// UAPI: `struct bpf_devmap_val`
struct dev_map_entry {
    interface_index interface;
    /// `program_id{}` where there is none.
    program_id program;

    friend bool operator==(dev_map_entry const&, dev_map_entry const&) = default;
};

/// Elements of 8 bytes, of interface and program. Since: Linux 5.8
using device_with_program = stored_found<dev_map_value, dev_map_entry>;

/// Elements of 4 bytes: what kernels before 5.8 have, and older C code declares.
using device_alone = interface_index;

/// Network devices under indices, to which XDP programs redirect packets with the helper `redirect_map`. A slot is
/// empty until it is set; interface 0 empties it.
///
///     auto const ports = dev_map<>::create({.name = "ports", .max_entries = 16});
///     ports->update(3, {.interface = interface_index{if_nametoindex("eth0")}});
///
/// UAPI: BPF_MAP_TYPE_DEVMAP
/// Since: Linux 4.14
/// Errors: of `create`: EPERM CAP_NET_ADMIN is missing; of `update`: EINVAL no such interface in the caller's network
/// namespace, or a program loaded for another hook; E2BIG the index is beyond the end, EINVAL of `erase`.
/// `erase` is true for an empty slot too
/// Races: a slot becomes empty when its interface goes away
template <access_mode Access = read_write, class Device = device_with_program>
using dev_map = basic_map<map_kind::devmap, std::uint32_t, Device, Access>;

/// The same under any numbers, such as the interfaces' own.
/// UAPI: BPF_MAP_TYPE_DEVMAP_HASH
/// Since: Linux 5.4
/// Errors: of `create`: EPERM CAP_NET_ADMIN is missing; of `update`: EINVAL no such interface, interface 0 too, or a
/// program loaded for another hook; E2BIG the map is full
/// Races: an entry goes away with its interface; walks may start again meanwhile (`walk_guarantee::best_effort`)
template <access_mode Access = read_write, class Device = device_with_program>
using dev_map_hash = basic_map<map_kind::devmap_hash, std::uint32_t, Device, Access>;

} // namespace bpfxx
