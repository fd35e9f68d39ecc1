#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/id.hpp>
#include <bpfxx/map/basic_map.hpp>
#include <bpfxx/map/references.hpp>
#include <bpfxx/program/kinds.hpp>

#include <cstdint>

namespace bpfxx {

/// How many packets may wait for a CPU, and a program that runs there before the packet goes up the stack.
/// UAPI: `struct bpf_cpumap_val`
struct cpu_map_value {
    /// At most 16,384; 0 empties the slot.
    std::uint32_t queue_size;
    /// Since: Linux 5.9
    optional_program_reference<program_kind::xdp_cpumap> program{};
};

/// The same as it is found.
/// UAPI: `struct bpf_cpumap_val`
struct cpu_map_entry {
    std::uint32_t queue_size;
    /// `program_id{}` where there is none.
    program_id program;

    friend bool operator==(cpu_map_entry const&, cpu_map_entry const&) = default;
};

/// Elements of 8 bytes, of queue size and program. Since: Linux 5.9
using cpu_with_program = stored_found<cpu_map_value, cpu_map_entry>;

/// Elements of 4 bytes, the queue's size: what kernels before 5.9 have, and older C code declares.
using cpu_alone = std::uint32_t;

/// CPUs under their numbers, to which XDP programs redirect packets with the helper `redirect_map`; each that is set
/// has a kernel thread of its own there. The kernel makes no read-only form of this map: a `read_only` view opens one.
/// UAPI: BPF_MAP_TYPE_CPUMAP
/// Since: Linux 4.15
/// Errors: of `create`: E2BIG more entries than the kernel is built for CPUs; of `update`: ENODEV no such CPU;
/// EOVERFLOW the queue is too long; ENOMEM also for a program loaded for another hook; E2BIG the index is
/// beyond the end, EINVAL of `erase`. `erase` is true for an empty slot too
template <access_mode Access = read_write, class Cpu = cpu_with_program>
using cpu_map = basic_map<map_kind::cpumap, std::uint32_t, Cpu, Access>;

} // namespace bpfxx
