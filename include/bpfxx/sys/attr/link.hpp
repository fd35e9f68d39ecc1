#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/sys/attr/relative.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/user_ptr.hpp>

#include <cstdint>

// Naming and padding as in sys/attr/map.hpp.
namespace bpfxx::sys::attr {

/// What the arms of BPF_LINK_CREATE that need no more than a target descriptor have in common.
template <class Target>
struct link_create_target {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    Target target_fd;
    bpfxx::attach_type attach_type;
    std::uint32_t flags = 0;
};

/// Attaches to a network namespace: flow dissector and sk_lookup.
/// UAPI: BPF_LINK_CREATE
/// Since: Linux 5.8
/// Errors: E2BIG the hook is full; EEXIST a program is attached without a link; EINVAL
using link_create_netns = link_create_target<fd_ref<kind::netns>>;

/// Attaches to a sock map or sock hash.
/// UAPI: BPF_LINK_CREATE
/// Since: Linux 6.10
/// Errors: EBUSY the place is taken; EINVAL
using link_create_sockmap = link_create_target<fd_ref<kind::map>>;

/// Attaches to a network device's receive path.
/// UAPI: BPF_LINK_CREATE with BPF_XDP
/// Since: Linux 5.9
/// Errors: EBUSY the place is taken; EEXIST another mode is in use; EINVAL no such device; EOPNOTSUPP the device cannot
struct link_create_xdp {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    interface_index target_ifindex;
    bpfxx::attach_type attach_type = bpfxx::attach_type::xdp;
    xdp_mode flags{};
};

/// Attaches to a cgroup; the place among others needs Linux 6.17.
/// UAPI: BPF_LINK_CREATE, `link_create.cgroup`
/// Since: Linux 5.7
/// Errors: EPERM the cgroup's mode forbids it; E2BIG 64 there; ESTALE the revision moved on
struct link_create_cgroup {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    fd_ref<kind::cgroup> target_fd;
    bpfxx::attach_type attach_type;
    attach_flags flags{};
    relative_place relative{};
    std::uint32_t reserved_1 = 0;
    std::uint64_t expected_revision = 0;
};

/// Attaches to a network device at the tcx or the netkit hook.
/// UAPI: BPF_LINK_CREATE, `link_create.tcx`, `link_create.netkit`
/// Since: Linux 6.6 (tcx), 6.7 (netkit)
/// Errors: ENODEV no such device; ERANGE 63 there; ESTALE the revision moved on; ENXIO, EACCES not a netkit primary
struct link_create_interface {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    interface_index target_ifindex;
    bpfxx::attach_type attach_type;
    attach_flags flags{};
    relative_place relative{};
    std::uint32_t reserved_1 = 0;
    std::uint64_t expected_revision = 0;
};
using link_create_tcx = link_create_interface;
using link_create_netkit = link_create_interface;

/// Attaches fentry, fexit, fmod_ret, LSM, tp_btf and freplace programs; only freplace names a target program.
/// UAPI: BPF_LINK_CREATE, `link_create.tracing`
/// Since: Linux 5.10 (freplace), 5.19
/// Errors: EBUSY attached already, or the target is extended already; E2BIG the trampoline is full
struct link_create_tracing {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    optional_fd_ref<kind::program> target_fd{};
    bpfxx::attach_type attach_type;
    std::uint32_t flags = 0;
    std::uint32_t target_btf_id = 0;
    std::uint32_t reserved_1 = 0;
    std::uint64_t cookie = 0;
};

/// What a map element iterator walks.
/// UAPI: `union bpf_iter_link_info`, `map`
struct iterator_over_map {
    fd_ref<kind::map> map_fd;
};

/// Which cgroups an iterator walks: by descriptor or by id.
/// UAPI: `union bpf_iter_link_info`, `cgroup`
struct iterator_over_cgroup {
    cgroup_iter_order order;
    optional_fd_ref<kind::cgroup> cgroup_fd{};
    std::uint64_t cgroup_id = 0;
};

/// Which tasks an iterator walks: one thread, one process, or all.
/// UAPI: `union bpf_iter_link_info`, `task`
struct iterator_over_task {
    std::uint32_t tid = 0;
    std::uint32_t pid = 0;
    optional_fd_ref<kind::task> pid_fd{};
};

/// Attaches an iterator program; `iter_info` points to one of the three above, or is null.
/// UAPI: BPF_LINK_CREATE with BPF_TRACE_ITER
/// Since: Linux 5.8
/// Errors: ENOENT unknown target; EINVAL the target takes other parameters
struct link_create_iter {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    std::uint32_t target_fd = 0;
    bpfxx::attach_type attach_type = bpfxx::attach_type::trace_iter;
    std::uint32_t flags = 0;
    user_ptr<void const> iter_info{};
    std::uint32_t iter_info_len = 0;
    std::uint32_t reserved_1 = 0;
};

/// Attaches to a perf event.
/// UAPI: BPF_LINK_CREATE, `link_create.perf_event`
/// Since: Linux 5.15
/// Errors: EEXIST the event has a program; EINVAL the program does not match the event
struct link_create_perf_event {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    fd_ref<kind::perf_event> target_fd;
    bpfxx::attach_type attach_type = bpfxx::attach_type::perf_event;
    std::uint32_t flags = 0;
    std::uint64_t bpf_cookie = 0;
};

/// Attaches to many kernel functions, by name or by address.
/// UAPI: BPF_LINK_CREATE, `link_create.kprobe_multi`
/// Since: Linux 5.18
/// Errors: EOPNOTSUPP the kernel is built without; ENOENT, ESRCH unknown symbol; E2BIG too many
struct link_create_kprobe_multi {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    std::uint32_t target_fd = 0;
    bpfxx::attach_type attach_type = bpfxx::attach_type::trace_kprobe_multi;
    std::uint32_t link_flags = 0;
    multi_flags flags{};
    std::uint32_t cnt = 0;
    user_ptr<char const* const> syms{};
    user_ptr<std::uint64_t const> addrs{};
    user_ptr<std::uint64_t const> cookies{};
};

/// Attaches to a netfilter hook of the caller's network namespace.
/// UAPI: BPF_LINK_CREATE, `link_create.netfilter`
/// Since: Linux 6.4
/// Errors: EBUSY hook and priority are taken; EAFNOSUPPORT; EPROTO no such hook; ERANGE priority
struct link_create_netfilter {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    std::uint32_t target_fd = 0;
    bpfxx::attach_type attach_type = bpfxx::attach_type::netfilter;
    std::uint32_t link_flags = 0;
    std::uint32_t pf = 0;
    std::uint32_t hooknum = 0;
    std::int32_t priority = 0;
    netfilter_flags flags{};
};

/// Attaches to many places of one binary.
/// UAPI: BPF_LINK_CREATE, `link_create.uprobe_multi`
/// Since: Linux 6.6
/// Errors: EBADF not a regular file; ENOENT no such path; ESRCH no such process; E2BIG too many
struct link_create_uprobe_multi {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::program> prog_fd;
    std::uint32_t target_fd = 0;
    bpfxx::attach_type attach_type = bpfxx::attach_type::trace_uprobe_multi;
    std::uint32_t link_flags = 0;
    user_ptr<char const> path{};
    user_ptr<std::uint64_t const> offsets{};
    user_ptr<std::uint64_t const> ref_ctr_offsets{};
    user_ptr<std::uint64_t const> cookies{};
    std::uint32_t cnt = 0;
    multi_flags flags{};
    std::uint32_t pid = 0;
    std::uint32_t reserved_1 = 0;
};

/// Registers a struct_ops map that was created with `map_flags::link`.
/// UAPI: BPF_LINK_CREATE with BPF_STRUCT_OPS, `link_create.map_fd`
/// Since: Linux 6.4
/// Errors: EINVAL the map has no value yet, or was created without `map_flags::link`
struct link_create_struct_ops {
    static constexpr command during = command::link_create;
    using returns = owned_fd<kind::link>;

    fd_ref<kind::map> map_fd;
    std::uint32_t target_fd = 0;
    bpfxx::attach_type attach_type = bpfxx::attach_type::struct_ops;
    std::uint32_t flags = 0;
};

/// Attaches a raw tracepoint program by name; programs that know their target from loading leave the name null.
/// UAPI: BPF_RAW_TRACEPOINT_OPEN
/// Since: Linux 4.17; cookie 6.10
/// Errors: ENOENT no such tracepoint; EINVAL another program type
struct raw_tracepoint_open {
    static constexpr command during = command::raw_tracepoint_open;
    using returns = owned_fd<kind::link>;

    user_ptr<char const> name{};
    fd_ref<kind::program> prog_fd;
    std::uint32_t reserved_1 = 0;
    std::uint64_t cookie = 0;
};

/// Swaps the program under a link; with `link_update_flags::replace` only if `old_prog_fd` is there now.
/// UAPI: BPF_LINK_UPDATE
/// Since: Linux 5.7
/// Errors: EPERM another program is there; ENOLINK detached; EINVAL the link or the program cannot
struct link_update {
    static constexpr command during = command::link_update;
    using returns = void;

    fd_ref<kind::link> link_fd;
    fd_ref<kind::program> new_prog_fd;
    link_update_flags flags{};
    optional_fd_ref<kind::program> old_prog_fd{};
};

/// Swaps the map under a struct_ops link.
/// UAPI: BPF_LINK_UPDATE, `new_map_fd`
/// Since: Linux 6.4
/// Errors: as `link_update`; EOPNOTSUPP the subsystem cannot
struct link_update_map {
    static constexpr command during = command::link_update;
    using returns = void;

    fd_ref<kind::link> link_fd;
    fd_ref<kind::map> new_map_fd;
    link_update_flags flags{};
    optional_fd_ref<kind::map> old_map_fd{};
};

/// Detaches a link by force; the descriptor stays, as a dead object.
/// UAPI: BPF_LINK_DETACH
/// Since: Linux 5.9
/// Errors: EOPNOTSUPP the kind of link has no detach
struct link_detach {
    static constexpr command during = command::link_detach;
    using returns = void;

    fd_ref<kind::link> link_fd;
};

} // namespace bpfxx::sys::attr
