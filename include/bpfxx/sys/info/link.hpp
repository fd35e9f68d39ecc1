#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstdint>

// What the kernel says of links: one struct for each arm of the union behind the common head. Strings and arrays are
// the caller's: pointer and length go in, the length comes out; both zero asks for the length alone.
namespace bpfxx::sys::info {

/// What every link has.
/// UAPI: `struct bpf_link_info`
/// Since: Linux 5.8
struct link_head {
    using kind = bpfxx::kind::link;

    link_type type{};
    link_id id{};
    program_id prog_id{};
    std::uint32_t reserved_1 = 0;
};

/// UAPI: `bpf_link_info.raw_tracepoint`. Since: Linux 5.8; cookie 6.17
struct link_raw_tracepoint : link_head {
    user_ptr<char> tp_name{};
    std::uint32_t tp_name_len = 0;
    std::uint32_t reserved_2 = 0;
    std::uint64_t cookie = 0;
};

/// UAPI: `bpf_link_info.tracing`. Since: Linux 5.8; target 5.13, cookie 6.17
struct link_tracing : link_head {
    bpfxx::attach_type attach_type{};
    std::uint32_t target_obj_id = 0;
    std::uint32_t target_btf_id = 0;
    std::uint32_t reserved_2 = 0;
    std::uint64_t cookie = 0;
};

/// UAPI: `bpf_link_info.cgroup`. Since: Linux 5.8
struct link_cgroup : link_head {
    std::uint64_t cgroup_id = 0;
    bpfxx::attach_type attach_type{};
    std::uint32_t reserved_2 = 0;
};

/// UAPI: `bpf_link_info.iter` over map elements. Since: Linux 5.10
struct link_iter_map : link_head {
    user_ptr<char> target_name{};
    std::uint32_t target_name_len = 0;
    bpfxx::map_id map_id{};
};

/// UAPI: `bpf_link_info.iter` over cgroups. Since: Linux 6.1
struct link_iter_cgroup : link_head {
    user_ptr<char> target_name{};
    std::uint32_t target_name_len = 0;
    std::uint32_t reserved_2 = 0;
    std::uint64_t cgroup_id = 0;
    cgroup_iter_order order{};
    std::uint32_t reserved_3 = 0;
};

/// UAPI: `bpf_link_info.iter` over tasks. Since: Linux 6.1
struct link_iter_task : link_head {
    user_ptr<char> target_name{};
    std::uint32_t target_name_len = 0;
    std::uint32_t reserved_2 = 0;
    std::uint32_t tid = 0;
    std::uint32_t pid = 0;
};

/// UAPI: `bpf_link_info.netns`. Since: Linux 5.8
struct link_netns : link_head {
    std::uint32_t netns_ino = 0;
    bpfxx::attach_type attach_type{};
};

/// UAPI: `bpf_link_info.xdp`. Since: Linux 5.9
struct link_xdp : link_head {
    interface_index ifindex{};
    std::uint32_t reserved_2 = 0;
};

/// UAPI: `bpf_link_info.struct_ops`. Since: Linux 6.4
struct link_struct_ops : link_head {
    bpfxx::map_id map_id{};
    std::uint32_t reserved_2 = 0;
};

/// UAPI: `bpf_link_info.netfilter`. Since: Linux 6.4
struct link_netfilter : link_head {
    std::uint32_t pf = 0;
    std::uint32_t hooknum = 0;
    std::int32_t priority = 0;
    netfilter_flags flags{};
};

/// UAPI: `bpf_link_info.kprobe_multi`. Since: Linux 6.6; missed 6.7, cookies 6.9
struct link_kprobe_multi : link_head {
    user_ptr<std::uint64_t> addrs{};
    std::uint32_t count = 0;
    multi_flags flags{};
    std::uint64_t missed = 0;
    user_ptr<std::uint64_t> cookies{};
};

/// UAPI: `bpf_link_info.uprobe_multi`. Since: Linux 6.8
struct link_uprobe_multi : link_head {
    user_ptr<char> path{};
    user_ptr<std::uint64_t> offsets{};
    user_ptr<std::uint64_t> ref_ctr_offsets{};
    user_ptr<std::uint64_t> cookies{};
    std::uint32_t path_size = 0;
    std::uint32_t count = 0;
    multi_flags flags{};
    std::uint32_t pid = 0;
};

/// What the arms of `bpf_link_info.perf_event` have in common; `event_type` says which arm it is.
/// Since: Linux 6.6
struct link_perf_head : link_head {
    perf_event_type event_type{};
    std::uint32_t reserved_2 = 0;
};

/// UAPI: `bpf_link_info.perf_event.uprobe`. Since: Linux 6.6; cookie 6.9, ref_ctr_offset 6.16
struct link_perf_uprobe : link_perf_head {
    user_ptr<char> file_name{};
    std::uint32_t name_len = 0;
    std::uint32_t offset = 0;
    std::uint64_t cookie = 0;
    std::uint64_t ref_ctr_offset = 0;
};

/// UAPI: `bpf_link_info.perf_event.kprobe`. Since: Linux 6.6; missed 6.7, cookie 6.9
struct link_perf_kprobe : link_perf_head {
    user_ptr<char> func_name{};
    std::uint32_t name_len = 0;
    std::uint32_t offset = 0;
    std::uint64_t addr = 0;
    std::uint64_t missed = 0;
    std::uint64_t cookie = 0;
};

/// UAPI: `bpf_link_info.perf_event.tracepoint`. Since: Linux 6.6; cookie 6.9
struct link_perf_tracepoint : link_perf_head {
    user_ptr<char> tp_name{};
    std::uint32_t name_len = 0;
    std::uint32_t reserved_3 = 0;
    std::uint64_t cookie = 0;
};

/// UAPI: `bpf_link_info.perf_event.event`. Since: Linux 6.6; cookie 6.9
struct link_perf_event : link_perf_head {
    std::uint64_t config = 0;
    std::uint32_t type = 0;
    std::uint32_t reserved_3 = 0;
    std::uint64_t cookie = 0;
};

/// UAPI: `bpf_link_info.tcx`, `bpf_link_info.netkit`. Since: Linux 6.6, 6.7
struct link_interface : link_head {
    interface_index ifindex{};
    bpfxx::attach_type attach_type{};
};
using link_tcx = link_interface;
using link_netkit = link_interface;

/// UAPI: `bpf_link_info.sockmap`. Since: Linux 6.10
struct link_sockmap : link_head {
    bpfxx::map_id map_id{};
    bpfxx::attach_type attach_type{};
};

} // namespace bpfxx::sys::info
