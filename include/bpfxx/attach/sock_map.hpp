#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/at_descriptor.hpp>
#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/sock_map.hpp>

#include <utility>

namespace bpfxx::direct {

/// A program at a map of sockets. It keeps the map, and the sockets in it that are open.
using sock_map_attachment = attachment<at_descriptor<kind::map>>;

/// Attaches to a map of sockets without a link; see `bpfxx::sock_map_hook` for what such programs see. The program that
/// was attached so before is replaced.
/// UAPI: BPF_PROG_ATTACH, BPF_PROG_DETACH with BPF_SK_MSG_VERDICT, BPF_SK_SKB_STREAM_PARSER, BPF_SK_SKB_STREAM_VERDICT,
/// BPF_SK_SKB_VERDICT
/// Since: Linux 4.14, sk_msg 4.17, sk_skb_verdict 5.13
/// Errors: EBUSY a link is there, or sk_skb_stream_verdict and sk_skb_verdict exclude each other; EOPNOTSUPP no map of
/// sockets, or the kernel is built without stream parsers; EBADF; EMFILE. Of `detach`: ENOENT another program is there
/// by now, or none; EBUSY a link is
/// Costs: three system calls, three to detach, no allocation
/// Races: whoever attaches another program, by a link too, takes this one's place; `detach` then leaves that one alone
struct sock_map_hook {
    sock_map_reference map;

    template <class ProgramKind>
    static constexpr bool accepts = link_kind::sock_map::runs<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<sock_map_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        auto attached = at_descriptor<kind::map>::attach(map.fd(), program, ProgramKind::only_attach_type);
        if (!attached) return attached.error();
        return sock_map_attachment{*std::move(attached)};
    }
};

} // namespace bpfxx::direct
