#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/program/attach_target.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/filled.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace bpfxx {

/// An attach type that is found at one sort of target. Constants convert, and one of another sort does not compile; what
/// is known only at run time comes by `checked`.
template <attach_target Target>
class attach_type_at {
  public:
    consteval attach_type_at(attach_type type) noexcept : type_{type} {
        if (target_of(type) == Target) return;
        if (Target == attach_target::cgroup) ill_formed("no programs of this attach type are at a cgroup");
        if (Target == attach_target::interface)
            ill_formed("no programs of this attach type are at a network device: tcx and netkit can be asked for");
        if (Target == attach_target::netns)
            ill_formed("no programs of this attach type are at a network namespace: flow_dissector and sk_lookup are");
        ill_formed("no programs of this attach type are at a sock map: those of sk_skb and sk_msg are");
    }

    /// Nothing where the attach type is found elsewhere.
    [[nodiscard]] static constexpr std::optional<attach_type_at> checked(attach_type type) noexcept {
        if (target_of(type) != Target) return std::nullopt;
        return attach_type_at{type, known{}};
    }

    [[nodiscard]] constexpr operator attach_type() const noexcept { return type_; }

  private:
    struct known {};

    constexpr attach_type_at(attach_type type, known) noexcept : type_{type} {}

    attach_type type_;
};

/// Which programs are at a hook, in the buffers of who asked, in the order in which they run.
struct programs_at_hook {
    /// How many there are, which may be more than there was room for.
    std::uint32_t count = 0;
    std::span<program_id const> programs{};
    /// How the hook of each of them is shared, as `flags` but for lsm_cgroup, which is several hooks; empty where nobody
    /// asked.
    std::span<attach_flags const> program_flags{};
    /// The link of each program, `link_id{0}` for those without; empty where nobody asked.
    std::span<link_id const> links{};
    /// How the hook of a cgroup is shared.
    attach_flags flags{};
    /// Grows with each change at the hook; nothing where the kernel counts none, as for cgroups before Linux 6.17.
    std::optional<std::uint64_t> revision{};

    /// Whether `programs` are all that there are.
    [[nodiscard]] constexpr bool complete() const noexcept { return programs.size() == count; }
};

namespace detail {

struct query_room {
    std::span<program_id> programs;
    std::span<attach_flags> program_flags{};
    std::span<link_id> links{};

    // The kernel knows one size for all of them.
    [[nodiscard]] bool fits() const noexcept {
        return (program_flags.empty() || program_flags.size() >= programs.size()) &&
               (links.empty() || links.size() >= programs.size());
    }
};

inline std::uint32_t& count_in(sys::attr::prog_query& question) noexcept { return question.prog_cnt; }
inline std::uint32_t& count_in(sys::attr::prog_query_interface& question) noexcept { return question.count; }

template <class Item>
std::span<Item const> first_of(std::span<Item> room, std::size_t count) noexcept {
    return sys::filled(room, count);
}

template <class Question>
result<programs_at_hook> ask(Question question, query_room room) noexcept {
    if (!room.fits()) return error{errc::buffer_too_small, command::prog_query};
    if (!room.programs.empty()) {
        question.prog_ids = room.programs.data();
        question.prog_attach_flags = room.program_flags.data();
        question.link_ids = room.links.data();
        count_in(question) = sys::saturated(room.programs.size());
    }
    auto const asked = sys::call(question);
    auto const count = count_in(question);
    // What there was room for has been delivered all the same.
    bool const cut_short = !asked && asked.error().code == errc::enospc && count > room.programs.size();
    if (!asked && !cut_short) return asked.error();
    auto const filled = std::min<std::size_t>(count, room.programs.size());
    return programs_at_hook{
        .count = count,
        .programs = first_of(room.programs, filled),
        .program_flags = first_of(room.program_flags, filled),
        .links = first_of(room.links, filled),
        .flags = question.attach_flags,
        .revision = question.revision == 0 ? std::nullopt : std::optional{question.revision},
    };
}

} // namespace detail

/// The programs that were attached to one cgroup itself. Where there are more than `programs` has
/// room for, the first ones are there and `count` tells how many there are: without room it tells that alone.
/// UAPI: BPF_PROG_QUERY
/// Since: Linux 4.15; `program_flags` 6.0, revision 6.17
/// Errors: buffer_too_small `program_flags` is shorter than `programs`; EINVAL lsm_cgroup with `programs` but without
/// `program_flags`, or an attach type that this kernel does not know; EBADF no cgroup2 directory; EPERM CAP_NET_ADMIN is
/// missing
/// Costs: one system call, no allocation
[[nodiscard]] inline result<programs_at_hook> attached_programs(fd_ref<kind::cgroup> cgroup,
                                                                attach_type_at<attach_target::cgroup> type,
                                                                std::span<program_id> programs,
                                                                std::span<attach_flags> program_flags = {}) noexcept {
    return detail::ask(sys::attr::prog_query{.target_fd = cgroup, .attach_type = type},
                       {.programs = programs, .program_flags = program_flags});
}

/// The programs that run for a cgroup, those of the cgroups above it included; the kernel tells neither `flags` nor
/// `revision` then.
/// UAPI: BPF_PROG_QUERY with BPF_F_QUERY_EFFECTIVE
/// Since: Linux 4.15
/// Errors: as `attached_programs`
/// Costs: one system call, no allocation
[[nodiscard]] inline result<programs_at_hook> effective_programs(fd_ref<kind::cgroup> cgroup,
                                                                 attach_type_at<attach_target::cgroup> type,
                                                                 std::span<program_id> programs) noexcept {
    return detail::ask(
        sys::attr::prog_query{.target_fd = cgroup, .attach_type = type, .query_flags = query_flags::effective},
        {.programs = programs});
}

/// The programs at the tcx or the netkit hook of a network device, and their links.
/// UAPI: BPF_PROG_QUERY with `target_ifindex`
/// Since: Linux 6.6 tcx, 6.7 netkit
/// Errors: buffer_too_small `links` is shorter than `programs`; ENODEV no such device; ENXIO netkit at another sort of
/// device; EACCES the netkit device is a peer; EINVAL this kernel does not know the hook; EPERM CAP_NET_ADMIN is missing
/// Costs: one system call, no allocation
[[nodiscard]] inline result<programs_at_hook> attached_programs(interface_index interface,
                                                                attach_type_at<attach_target::interface> type,
                                                                std::span<program_id> programs,
                                                                std::span<link_id> links = {}) noexcept {
    return detail::ask(sys::attr::prog_query_interface{.target_ifindex = interface, .attach_type = type},
                       {.programs = programs, .links = links});
}

/// The programs at a network namespace.
/// UAPI: BPF_PROG_QUERY
/// Since: Linux 5.2 flow_dissector, 5.9 sk_lookup
/// Errors: EINVAL no network namespace; EBADF; EPERM CAP_NET_ADMIN is missing
/// Costs: one system call, no allocation
[[nodiscard]] inline result<programs_at_hook> attached_programs(fd_ref<kind::netns> netns,
                                                                attach_type_at<attach_target::netns> type,
                                                                std::span<program_id> programs) noexcept {
    return detail::ask(sys::attr::prog_query{.target_fd = netns, .attach_type = type}, {.programs = programs});
}

/// The program at a sock map or a sock hash: one of each attach type, or none.
/// UAPI: BPF_PROG_QUERY
/// Since: Linux 5.18
/// Errors: EBUSY asked for the one of sk_skb_verdict and sk_skb_stream_verdict while the other one is there; EOPNOTSUPP
/// another type of map; EINVAL an older kernel; EBADF; EPERM CAP_NET_ADMIN is missing
/// Costs: one system call, no allocation
[[nodiscard]] inline result<programs_at_hook> attached_programs(fd_ref<kind::map> map,
                                                                attach_type_at<attach_target::sock_map> type,
                                                                std::span<program_id> programs) noexcept {
    return detail::ask(sys::attr::prog_query{.target_fd = map, .attach_type = type}, {.programs = programs});
}

/// The programs that decode what an infrared receiver hears.
/// UAPI: BPF_PROG_QUERY with BPF_LIRC_MODE2
/// Since: Linux 4.18
/// Errors: EINVAL no such device, or a kernel without; ENODEV it is gone; EBADF; EPERM CAP_NET_ADMIN is missing
/// Costs: one system call, no allocation
[[nodiscard]] inline result<programs_at_hook> attached_programs(fd_ref<kind::device> receiver,
                                                                std::span<program_id> programs) noexcept {
    return detail::ask(sys::attr::prog_query{.target_fd = receiver, .attach_type = attach_type::lirc_mode2},
                       {.programs = programs});
}

} // namespace bpfxx
