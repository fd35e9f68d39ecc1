#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/filled.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <asm/unistd.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx {

/// Room for what the kernel says of a link to many places of a file; what is empty is not asked for, and the three
/// arrays that are not are equally long.
struct uprobe_multi_buffers {
    std::span<char> path{};
    std::span<std::uint64_t> offsets{};
    std::span<std::uint64_t> reference_counter_offsets{};
    std::span<std::uint64_t> cookies{};
};

/// What the kernel says of such a link, in the caller's buffers.
struct uprobe_multi_info {
    link_id id;
    program_id program;
    /// How many places; 0 on kernels that do not say (before Linux 6.8).
    std::uint32_t count;
    bool returning;
    /// The one process, as the caller's PID namespace numbers it; nothing for all of them.
    std::optional<std::int32_t> pid;
    std::string_view path;
    std::span<std::uint64_t const> offsets;
    std::span<std::uint64_t const> reference_counter_offsets;
    std::span<std::uint64_t const> cookies;
};

namespace link_kind {

/// The link of a program to many places of a program or a library.
/// UAPI: BPF_LINK_TYPE_UPROBE_MULTI
/// Since: Linux 6.6
struct uprobe_multi {
    static constexpr link_type type = link_type::uprobe_multi;
    static constexpr bool can_detach = false;
    static constexpr bool can_update = false;

    /// Asks with room for some, or without any for the rest.
    /// UAPI: `bpf_link_info.uprobe_multi`
    /// Since: Linux 6.8, id and program before
    /// Errors: ENOSPC there are more places: `count` of a call without buffers tells how many; ENAMETOOLONG the path and
    /// its NUL do not fit; counts_differ
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<uprobe_multi_info> info(fd_ref_of<kind::link> auto link,
                                                        uprobe_multi_buffers const& room = {}) noexcept {
        using answer = sys::info::link_uprobe_multi;
        std::size_t most = 0;
        for (auto const& array : {room.offsets, room.reference_counter_offsets, room.cookies})
            if (array.size() > most) most = array.size();
        for (auto const& array : {room.offsets, room.reference_counter_offsets, room.cookies})
            if (!array.empty() && array.size() != most) return error{errc::counts_differ, command::obj_get_info_by_fd};
        auto const info = sys::get_info<answer>(link, request(room, most));
        if (!info) return info.error();
        auto const count = (*info)->count;
        auto const path_size = sys::filled(room.path, (*info)->path_size).size();
        return uprobe_multi_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .count = count,
            .returning = has((*info)->flags, multi_flags::return_probe),
            .pid = (*info)->pid == 0 ? std::nullopt : std::optional{static_cast<std::int32_t>((*info)->pid)},
            .path = path_size == 0 ? std::string_view{} : std::string_view{room.path.data(), path_size - 1},
            .offsets = sys::filled(room.offsets, count),
            .reference_counter_offsets = sys::filled(room.reference_counter_offsets, count),
            .cookies = sys::filled(room.cookies, count),
        };
    }

  private:
    static sys::info::link_uprobe_multi request(uprobe_multi_buffers const& room, std::size_t most) noexcept {
        sys::info::link_uprobe_multi asked;
        if (!room.path.empty()) asked.path = room.path.data();
        if (!room.offsets.empty()) asked.offsets = room.offsets.data();
        if (!room.reference_counter_offsets.empty()) asked.ref_ctr_offsets = room.reference_counter_offsets.data();
        if (!room.cookies.empty()) asked.cookies = room.cookies.data();
        asked.path_size = sys::saturated(room.path.size());
        asked.count = sys::saturated(most);
        return asked;
    }
};

} // namespace link_kind

using uprobe_multi_link = basic_link<link_kind::uprobe_multi>;

/// Attaches to many places of a program or a library at once, by their offsets in the file, or with `returning` to the
/// returns of the functions that start there: in one process (0 is the calling one) or, without `pid`, in all that run
/// the file, now or later. A session program runs at both, and decides by what it returns at the entry whether it runs
/// at the return. Each place may have a cookie, which the program gets from its helper `get_attach_cookie`, and the
/// offset of a counter, as in `uprobe_hook`; 0 is none.
/// UAPI: BPF_LINK_CREATE with BPF_TRACE_UPROBE_MULTI or BPF_TRACE_UPROBE_SESSION
/// Since: Linux 6.6; session 6.13
/// Errors: counts_differ there are cookies or counters, but not as many as offsets; ENOENT no such path; EBADF no regular
/// file; EINVAL no offsets, an offset beyond the file's end, a session with `returning`, or the kernel has no such
/// links; ESRCH no such process; E2BIG more than 1048576
/// Costs: one system call, one more where `pid` is 0; no allocation
struct uprobe_multi_hook {
    required<char const*> path;
    std::span<std::uint64_t const> offsets;
    std::span<std::uint64_t const> reference_counter_offsets{};
    std::span<std::uint64_t const> cookies{};
    std::optional<std::int32_t> pid{};
    bool returning = false;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::uprobe_multi> ||
                                    std::same_as<ProgramKind, program_kind::uprobe_session>;

    template <class ProgramKind>
    [[nodiscard]] result<uprobe_multi_link> attach_to(fd_ref<kind::program> program) const noexcept {
        // Kernels differ in what they make of a session without its entries.
        if (returning && std::same_as<ProgramKind, program_kind::uprobe_session>)
            return error{errc::einval, command::link_create};
        for (auto const& array : {reference_counter_offsets, cookies})
            if (!array.empty() && array.size() != offsets.size())
                return error{errc::counts_differ, command::link_create};
        sys::attr::link_create_uprobe_multi attribute{
            .prog_fd = program,
            .attach_type = ProgramKind::only_attach_type,
            .path = static_cast<char const*>(path),
            .cnt = sys::saturated(offsets.size()),
            .flags = returning ? multi_flags::return_probe : multi_flags::none,
            .pid = process(),
        };
        if (!offsets.empty()) attribute.offsets = offsets.data();
        if (!reference_counter_offsets.empty()) attribute.ref_ctr_offsets = reference_counter_offsets.data();
        if (!cookies.empty()) attribute.cookies = cookies.data();
        auto created = sys::call(attribute);
        if (!created) return created.error();
        return uprobe_multi_link::adopt_unchecked(*std::move(created));
    }

  private:
    // Here 0 is all processes to the kernel, unlike where it opens an event.
    [[nodiscard]] std::uint32_t process() const noexcept {
        if (!pid) return 0;
        if (*pid != 0) return static_cast<std::uint32_t>(*pid);
        return static_cast<std::uint32_t>(sys::detail::enter(__NR_getpid, 0, 0, 0));
    }
};

} // namespace bpfxx
