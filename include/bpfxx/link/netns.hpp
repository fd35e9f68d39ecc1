#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required_fd.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// What the kernel says of a link to a network namespace.
struct netns_info {
    link_id id;
    program_id program;
    /// The number of the namespace's file in nsfs; nothing once the namespace is gone or the link detached.
    std::optional<std::uint32_t> netns_inode;
    attach_type hook;
};

namespace link_kind {

/// The link of a program to a network namespace, which it does not keep alive.
/// UAPI: BPF_LINK_TYPE_NETNS
/// Since: Linux 5.8; `detach` 5.9
/// Errors: of `update`: ENOLINK the namespace is gone or the link detached; EINVAL a flow dissector for sk_lookup, or
/// the other way round
struct netns {
    static constexpr link_type type = link_type::netns;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    template <class ProgramKind>
    static constexpr bool runs =
        std::same_as<ProgramKind, program_kind::flow_dissector> || std::same_as<ProgramKind, program_kind::sk_lookup>;

    /// UAPI: `bpf_link_info.netns`
    /// Since: Linux 5.8
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<netns_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const info = sys::get_info<sys::info::link_netns>(link);
        if (!info) return info.error();
        auto const inode = (*info)->netns_ino;
        return netns_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .netns_inode = inode == 0 ? std::nullopt : std::optional{inode},
            .hook = (*info)->attach_type,
        };
    }
};

} // namespace link_kind

using netns_link = basic_link<link_kind::netns>;

/// Attaches to a network namespace: a flow dissector, of which a namespace has one, or a sk_lookup program, of which it
/// has up to 64. All of those run for each connection: the socket that the last of them chose gets it, and where none
/// chose, a single "drop" refuses it.
/// UAPI: BPF_LINK_CREATE with BPF_FLOW_DISSECTOR, BPF_SK_LOOKUP
/// Since: Linux 5.8, sk_lookup 5.9
/// Errors: E2BIG no more programs fit there; EEXIST a flow dissector is attached without a link, or one in the initial
/// namespace rules out the others; EINVAL the descriptor is no network namespace's; EBADF
/// Costs: one system call, no allocation
struct netns_hook {
    required_fd_ref<kind::netns> netns;

    template <class ProgramKind>
    static constexpr bool accepts = link_kind::netns::runs<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<netns_link> attach_to(fd_ref<kind::program> program) const noexcept {
        auto opened = sys::call(sys::attr::link_create_netns{
            .prog_fd = program, .target_fd = netns, .attach_type = ProgramKind::only_attach_type});
        if (!opened) return opened.error();
        return netns_link::adopt_unchecked(*std::move(opened));
    }
};

} // namespace bpfxx
