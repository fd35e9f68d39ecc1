#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required_fd.hpp>
#include <bpfxx/sys/socket_option.hpp>

#include <asm/socket.h>

#include <concepts>
#include <utility>

namespace bpfxx::direct {

/// A program that chooses among the sockets of a group.
class choice_of_group {
  public:
    [[nodiscard]] static result<choice_of_group> attach(fd_ref<kind::socket> socket,
                                                        fd_ref<kind::program> program) noexcept {
        auto own = owned_fd<kind::socket>::duplicate(socket);
        if (!own) return own.error();
        auto const done = sys::set_socket_option(socket, SO_ATTACH_REUSEPORT_EBPF, program.raw());
        if (!done) return done.error();
        return choice_of_group{*std::move(own)};
    }

    [[nodiscard]] result<void> undo() noexcept {
        return sys::set_socket_option(socket_.borrow(), SO_DETACH_REUSEPORT_BPF, 0);
    }

  private:
    explicit choice_of_group(owned_fd<kind::socket> socket) noexcept : socket_{std::move(socket)} {}

    owned_fd<kind::socket> socket_;
};

using reuseport_attachment = attachment<choice_of_group>;

/// Lets a program choose among the sockets that share an address by SO_REUSEPORT, of which one is given here: it takes
/// the place of what chose before. A sk_reuseport program chooses from a `reuseport_array` by the helper
/// `sk_select_reuseport`, a socket_filter program by the number of the socket in the order in which they were bound.
/// The attachment holds a descriptor of the socket, which so stays in its group: `leave_attached` leaves the choice to
/// the program for as long as the group lives.
/// UAPI: SO_ATTACH_REUSEPORT_EBPF, SO_DETACH_REUSEPORT_BPF
/// Since: Linux 4.5 for socket_filter, 4.19 for sk_reuseport, 5.14 for sk_reuseport_select_or_migrate; `detach` 5.3
/// Errors: EINVAL the socket has no SO_REUSEPORT, or was bound before it had; ENOTSUPP (524) sk_reuseport knows TCP and
/// UDP only; EPERM the socket's own filter is locked; ENOMEM larger than net.core.optmem_max; ENOTSOCK; EBADF; EMFILE.
/// Of `detach`: ENOENT nothing chooses any more; ENOPROTOOPT before Linux 5.3
/// Costs: two system calls, two to detach, no allocation
/// Races: the kernel does not tell what chooses: where another program or a classic filter took this one's place,
/// through any socket of the group, that one is detached
struct reuseport_hook {
    required_fd_ref<kind::socket> socket;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::sk_reuseport> ||
                                    std::same_as<ProgramKind, program_kind::sk_reuseport_select_or_migrate> ||
                                    std::same_as<ProgramKind, program_kind::socket_filter>;

    template <class ProgramKind>
    [[nodiscard]] result<reuseport_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        auto attached = choice_of_group::attach(socket, program);
        if (!attached) return attached.error();
        return reuseport_attachment{*std::move(attached)};
    }
};

} // namespace bpfxx::direct
