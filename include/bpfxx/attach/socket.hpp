#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required_fd.hpp>
#include <bpfxx/sys/socket_option.hpp>

#include <asm/socket.h>

#include <concepts>
#include <utility>

namespace bpfxx::direct {

/// A program as the filter of a socket.
class filter_of_socket {
  public:
    [[nodiscard]] static result<filter_of_socket> attach(fd_ref<kind::socket> socket,
                                                         fd_ref<kind::program> program) noexcept {
        auto own = owned_fd<kind::socket>::duplicate(socket);
        if (!own) return own.error();
        auto const done = sys::set_socket_option(socket, SO_ATTACH_BPF, program.raw());
        if (!done) return done.error();
        return filter_of_socket{*std::move(own)};
    }

    /// Lets nobody replace the filter or take it away any more, not even the attachment: its `detach` says EPERM then.
    /// There is no unlocking.
    /// UAPI: SO_LOCK_FILTER
    /// Since: Linux 3.9
    /// Costs: one system call, no allocation
    [[nodiscard]] result<void> lock() const noexcept {
        return sys::set_socket_option(socket_.borrow(), SO_LOCK_FILTER, 1);
    }

    // The kernel tells how long a classic filter is; of a program it says EACCES, whichever it is.
    [[nodiscard]] result<void> undo() noexcept {
        auto const classic = sys::get_socket_option(socket_.borrow(), SO_GET_FILTER, nullptr, 0);
        if (!classic && classic.error().code != errc::eacces) return classic.error();
        if (classic && *classic != 0) return error{errc::attached_by_another, command::get_socket_option};
        return sys::set_socket_option(socket_.borrow(), SO_DETACH_FILTER, 0);
    }

  private:
    explicit filter_of_socket(owned_fd<kind::socket> socket) noexcept : socket_{std::move(socket)} {}

    owned_fd<kind::socket> socket_;
};

using socket_attachment = attachment<filter_of_socket>;

/// Makes a program the filter of a socket, instead of the filter that was there: its result is how many bytes of a
/// packet the socket receives, 0 for none. The attachment holds a descriptor of the socket, so that a connection is
/// closed only when the attachment is gone too: `leave_attached` leaves the filter for as long as the socket lives.
/// UAPI: SO_ATTACH_BPF, SO_DETACH_FILTER
/// Since: Linux 3.19
/// Errors: EPERM the old filter is locked; ENOMEM it is larger than net.core.optmem_max together with the old one;
/// ENOTSOCK; EBADF; EMFILE. Of `detach`: attached_by_another a classic filter took the place; ENOENT there is no filter
/// any more; EPERM it was locked
/// Costs: two system calls, three to detach, no allocation
/// Races: of two programs the kernel does not tell which is there: where another one took this one's place, that one is
/// detached. What happens between asking and detaching is not seen either
struct socket_hook {
    required_fd_ref<kind::socket> socket;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::socket_filter>;

    template <class ProgramKind>
    [[nodiscard]] result<socket_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        auto attached = filter_of_socket::attach(socket, program);
        if (!attached) return attached.error();
        return socket_attachment{*std::move(attached)};
    }
};

} // namespace bpfxx::direct
