#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx {

/// Which cgroups an iterator walks.
struct iterated_cgroups {
    std::uint64_t id;
    cgroup_iter_order order;
};

/// Which tasks an iterator walks: one thread, one process, or with neither all of them.
struct iterated_tasks {
    std::uint32_t thread;
    std::uint32_t process;
};

/// What the kernel says of an iterator's link; the last three are for the targets that take them.
struct iter_info {
    link_id id;
    program_id program;
    /// What is walked, such as "task" or "bpf_map_elem"; in the caller's buffer, without its NUL.
    std::string_view target;
    /// The bytes that the target's name takes with its NUL.
    std::uint32_t target_size;
    std::optional<map_id> map{};
    std::optional<iterated_cgroups> cgroups{};
    std::optional<iterated_tasks> tasks{};
};

namespace detail {

template <class Arm>
Arm arm_of(sys::info::link_iter_cgroup const& largest) noexcept {
    static_assert(sizeof(Arm) <= sizeof largest);
    Arm arm;
    std::memcpy(static_cast<void*>(&arm), &largest, sizeof arm);
    return arm;
}

// The kernel fills in what fits the target, and says by nothing but the target's name what that is.
inline void fill_parameters(iter_info& info, sys::known<sys::info::link_iter_cgroup> const& said) noexcept {
    auto const target = info.target;
    if (target == "bpf_map_elem" || target == "bpf_sk_storage_map" || target == "sockmap")
        info.map = arm_of<sys::info::link_iter_map>(*said).map_id;
    if (target == "cgroup" && said.knows(&sys::info::link_iter_cgroup::order))
        info.cgroups = iterated_cgroups{said->cgroup_id, said->order};
    if (target == "task" || target == "task_file" || target == "task_vma") {
        auto const tasks = arm_of<sys::info::link_iter_task>(*said);
        info.tasks = iterated_tasks{tasks.tid, tasks.pid};
    }
}

} // namespace detail

namespace link_kind {

/// The link of an iterator program, from which each run of it starts.
/// UAPI: BPF_LINK_TYPE_ITER
/// Since: Linux 5.8
struct iter {
    static constexpr link_type type = link_type::iter;
    static constexpr bool can_detach = false;
    static constexpr bool can_update = true;
    template <class ProgramKind>
    static constexpr bool runs = std::same_as<ProgramKind, program_kind::iter>;

    /// Asks with a buffer for the target's name, or with an empty one for its size and the ids alone.
    /// UAPI: `bpf_link_info.iter`
    /// Since: Linux 5.10; parameters of cgroups and tasks 6.1
    /// Errors: ENOSPC the name and its NUL do not fit: 64 bytes are enough for the kernel's own targets
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<iter_info> info(fd_ref_of<kind::link> auto link, std::span<char> target) noexcept {
        sys::info::link_iter_cgroup request;
        if (!target.empty()) {
            request.target_name = target.data();
            request.target_name_len = sys::saturated(target.size());
        }
        auto const said = sys::get_info<sys::info::link_iter_cgroup>(link, request);
        if (!said) return said.error();
        auto const size = (*said)->target_name_len;
        iter_info info{.id = (*said)->id, .program = (*said)->prog_id, .target = {}, .target_size = size};
        if (target.empty() || size == 0) return info;
        info.target = {target.data(), size - 1};
        detail::fill_parameters(info, *said);
        return info;
    }
};

} // namespace link_kind

using iter_link = basic_link<link_kind::iter>;

namespace detail {

inline result<iter_link> attach_iterator(fd_ref<kind::program> program, void const* parameters,
                                         std::uint32_t size) noexcept {
    auto created =
        sys::call(sys::attr::link_create_iter{.prog_fd = program, .iter_info = parameters, .iter_info_len = size});
    if (!created) return created.error();
    return iter_link::adopt_unchecked(*std::move(created));
}

// `union bpf_iter_link_info` ends with its largest member: what a smaller one leaves has to be there, and zero.
template <class Parameters>
result<iter_link> attach_iterator(fd_ref<kind::program> program, Parameters const& parameters) noexcept {
    return attach_iterator(program, &parameters, sizeof parameters);
}

template <class ProgramKind>
inline constexpr bool is_iterator = std::same_as<ProgramKind, program_kind::iter>;

} // namespace detail

/// For iterators whose target takes no parameters, or over all there are of what it walks.
/// UAPI: BPF_LINK_CREATE with BPF_TRACE_ITER
/// Since: Linux 5.8
/// Errors: EBADF the target walks a map and none is named; EINVAL the program was loaded without a target
/// Costs: one system call, no allocation
struct iter_hook {
    template <class ProgramKind>
    static constexpr bool accepts = detail::is_iterator<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<iter_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::attach_iterator(program, nullptr, 0);
    }
};

/// For iterators over the elements of a map: `bpf_map_elem`, `bpf_sk_storage_map`, `sockmap`.
/// UAPI: `union bpf_iter_link_info`, `map`
/// Since: Linux 5.9
/// Errors: EBADF no map; EACCES the program reads beyond the map's key or value; EINVAL the map is of a type that the
/// target does not walk, or the target walks no map
/// Costs: one system call, no allocation
struct map_iter_hook {
    required<fd_ref<kind::map>> map;

    template <class ProgramKind>
    static constexpr bool accepts = detail::is_iterator<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<iter_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::attach_iterator(program, sys::attr::iterator_over_map{map});
    }
};

/// For iterators over cgroups, from one of them on: its descendants, its ancestors, or itself.
/// UAPI: `union bpf_iter_link_info`, `cgroup`
/// Since: Linux 6.1
/// Errors: EINVAL no order, or both a descriptor and an id; EBADF, ENOENT no such cgroup
/// Costs: one system call, no allocation
struct cgroup_iter_hook {
    required<cgroup_iter_order> order;
    /// From this one on, or from the one with this id, or with neither from the root on.
    optional_fd_ref<kind::cgroup> cgroup{};
    std::uint64_t cgroup_id = 0;

    template <class ProgramKind>
    static constexpr bool accepts = detail::is_iterator<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<iter_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::attach_iterator(program, sys::attr::iterator_over_cgroup{order, cgroup, cgroup_id});
    }
};

/// For iterators over tasks, their files or their memory: of one thread or of one process.
/// UAPI: `union bpf_iter_link_info`, `task`
/// Since: Linux 6.1
/// Errors: EINVAL more than one of them; EBADF `process_fd` is none. A number that no task has is no error: nothing is
/// walked
/// Costs: one system call, no allocation
struct task_iter_hook {
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
    optional_fd_ref<kind::task> process_fd{};

    template <class ProgramKind>
    static constexpr bool accepts = detail::is_iterator<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<iter_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::attach_iterator(program, sys::attr::iterator_over_task{thread, process, process_fd});
    }
};

} // namespace bpfxx
