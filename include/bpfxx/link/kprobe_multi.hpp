#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/filled.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace bpfxx {

/// What the kernel says of a link to many of its functions.
struct kprobe_multi_info {
    link_id id;
    program_id program;
    /// How many functions; 0 on kernels that do not say (before Linux 6.6).
    std::uint32_t count;
    bool returning;
    /// How often the program did not run, since it was running on that CPU; nothing before Linux 6.7.
    std::optional<std::uint64_t> missed;
    /// In the caller's buffers, and empty where those were. Addresses are 0 where kptr_restrict hides them; cookies are
    /// in the order of the addresses, which is not that in which they were given.
    std::span<std::uint64_t const> addresses;
    std::span<std::uint64_t const> cookies;
};

namespace link_kind {

/// The link of a program to many functions of the kernel.
/// UAPI: BPF_LINK_TYPE_KPROBE_MULTI
/// Since: Linux 5.18
struct kprobe_multi {
    static constexpr link_type type = link_type::kprobe_multi;
    static constexpr bool can_detach = false;
    static constexpr bool can_update = false;

    /// Asks with room for the addresses and, as much of it, for the cookies, or with none for the rest.
    /// UAPI: `bpf_link_info.kprobe_multi`
    /// Since: Linux 6.6, id and program before; missed 6.7, cookies 6.9
    /// Errors: ENOSPC there are more: `count` of a call without buffers tells how many; counts_differ; E2BIG the kernel
    /// knows no cookies
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<kprobe_multi_info> info(fd_ref_of<kind::link> auto link,
                                                        std::span<std::uint64_t> addresses = {},
                                                        std::span<std::uint64_t> cookies = {}) noexcept {
        using answer = sys::info::link_kprobe_multi;
        if (!cookies.empty() && cookies.size() != addresses.size())
            return error{errc::counts_differ, command::obj_get_info_by_fd};
        answer request;
        if (!addresses.empty()) {
            request.addrs = addresses.data();
            request.count = sys::saturated(addresses.size());
        }
        if (!cookies.empty()) request.cookies = cookies.data();
        auto const info = sys::get_info<answer>(link, request);
        if (!info) return info.error();
        bool const told = info->knows(&answer::missed);
        auto const count = told ? (*info)->count : 0;
        return kprobe_multi_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .count = count,
            .returning = told && has((*info)->flags, multi_flags::return_probe),
            .missed = told ? std::optional{(*info)->missed} : std::nullopt,
            .addresses = sys::filled(addresses, count),
            .cookies = sys::filled(cookies, count),
        };
    }
};

} // namespace link_kind

using kprobe_multi_link = basic_link<link_kind::kprobe_multi>;

/// Attaches to many functions of the kernel at once, by name or by address, or with `returning` to their returns. A
/// session program runs at both, and decides by what it returns at the entry whether it runs at the return. Each
/// function may have a cookie, which the program gets from its helper `get_attach_cookie`.
/// UAPI: BPF_LINK_CREATE with BPF_TRACE_KPROBE_MULTI or BPF_TRACE_KPROBE_SESSION
/// Since: Linux 5.18; session 6.10
/// Errors: counts_differ there are cookies, but not as many as functions; EINVAL neither names nor addresses, or both,
/// or a session with `returning`; EOPNOTSUPP the kernel is built without; ENOENT, ESRCH no such function, or a name is
/// there twice; E2BIG more than 1048576
/// Costs: one system call, no allocation
struct kprobe_multi_hook {
    std::span<char const* const> functions{};
    std::span<std::uint64_t const> addresses{};
    std::span<std::uint64_t const> cookies{};
    bool returning = false;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::kprobe_multi> ||
                                    std::same_as<ProgramKind, program_kind::kprobe_session>;

    template <class ProgramKind>
    [[nodiscard]] result<kprobe_multi_link> attach_to(fd_ref<kind::program> program) const noexcept {
        // Kernels differ in what they make of a session without its entries.
        if (returning && std::same_as<ProgramKind, program_kind::kprobe_session>)
            return error{errc::einval, command::link_create};
        if (functions.empty() == addresses.empty()) return error{errc::einval, command::link_create};
        auto const count = functions.size() + addresses.size(); // one of them is empty
        if (!cookies.empty() && cookies.size() != count) return error{errc::counts_differ, command::link_create};
        sys::attr::link_create_kprobe_multi attribute{
            .prog_fd = program,
            .attach_type = ProgramKind::only_attach_type,
            .flags = returning ? multi_flags::return_probe : multi_flags::none,
            .cnt = sys::saturated(count),
        };
        if (!functions.empty()) attribute.syms = functions.data();
        if (!addresses.empty()) attribute.addrs = addresses.data();
        if (!cookies.empty()) attribute.cookies = cookies.data();
        auto created = sys::call(attribute);
        if (!created) return created.error();
        return kprobe_multi_link::adopt_unchecked(*std::move(created));
    }
};

} // namespace bpfxx
