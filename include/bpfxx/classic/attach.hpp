#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/instruction.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/saturated.hpp>
#include <bpfxx/sys/socket_option.hpp>

#include <asm/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

// Classic filters on sockets: setsockopt(2), no bpf(2), no privilege.
namespace bpfxx::classic {

namespace detail {

struct filter_record {
    std::uint16_t count;
    instruction const* code;
};

/// A length that 16 bits cut could become one that the kernel takes.
constexpr filter_record as_record(std::span<instruction const> code) noexcept {
    constexpr std::size_t most = 0xffff;
    return {static_cast<std::uint16_t>(code.size() < most ? code.size() : most), code.data()};
}

} // namespace detail

/// Lets a socket receive only what a filter keeps of each packet; it replaces the filter that was there. What is in the
/// socket's queue already stays there.
/// UAPI: SO_ATTACH_FILTER
/// Errors: EINVAL it is no filter (assembled ones are), or has a jump() that the kernel's translation to eBPF makes too
/// long; ENOMEM that translation, and the one it replaces, are larger than net.core.optmem_max; EPERM the old filter is
/// locked; ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> attach(fd_ref<kind::socket> socket, std::span<instruction const> filter) noexcept {
    return sys::set_socket_option(socket, SO_ATTACH_FILTER, detail::as_record(filter));
}

/// Takes the filter away, classic or not.
/// UAPI: SO_DETACH_FILTER
/// Errors: ENOENT there is none; EPERM it is locked; ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> detach(fd_ref<kind::socket> socket) noexcept {
    return sys::set_socket_option(socket, SO_DETACH_FILTER, 0);
}

/// Lets nobody replace the socket's filter or take it away any more, wherever its descriptor is passed to. There is no
/// unlocking.
/// UAPI: SO_LOCK_FILTER
/// Errors: ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> lock(fd_ref<kind::socket> socket) noexcept {
    return sys::set_socket_option(socket, SO_LOCK_FILTER, 1);
}

/// Whether the socket's filter is locked.
/// UAPI: SO_LOCK_FILTER
/// Errors: ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<bool> is_locked(fd_ref<kind::socket> socket) noexcept {
    std::int32_t locked = 0;
    auto const size = sys::get_socket_option(socket, SO_LOCK_FILTER, &locked, sizeof locked);
    if (!size) return size.error();
    return locked != 0;
}

/// The filter that was attached, in the caller's buffer, as it was before the kernel translated it; nothing where the
/// socket has none. An empty buffer is never too small: `attached_size` tells how much is needed.
/// UAPI: SO_GET_FILTER
/// Since: Linux 3.8
/// Errors: EACCES the filter is an eBPF program; EINVAL the buffer is too small; ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<std::span<instruction const>> attached(fd_ref<kind::socket> socket,
                                                                   std::span<instruction> buffer) noexcept {
    auto const count = sys::get_socket_option(socket, SO_GET_FILTER, buffer.data(), sys::saturated(buffer.size()));
    if (!count) return count.error();
    return std::span<instruction const>{buffer.first(*count < buffer.size() ? *count : buffer.size())};
}

/// How many instructions the filter has that was attached; 0 where the socket has none.
/// UAPI: SO_GET_FILTER
/// Since: Linux 3.8
/// Errors: EACCES the filter is an eBPF program; ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<std::size_t> attached_size(fd_ref<kind::socket> socket) noexcept {
    auto const count = sys::get_socket_option(socket, SO_GET_FILTER, nullptr, 0);
    if (!count) return count.error();
    return std::size_t{*count};
}

/// Lets a filter choose among the sockets that share an address by SO_REUSEPORT: its result is the number of the socket,
/// in the order in which they were bound; for a number that is too large the kernel chooses by hash.
/// UAPI: SO_ATTACH_REUSEPORT_CBPF
/// Since: Linux 4.5
/// Errors: EINVAL as for attach, or the socket has no SO_REUSEPORT; EPERM the socket's own filter is locked; ENOMEM as for
/// attach; ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> attach_reuseport(fd_ref<kind::socket> socket,
                                                   std::span<instruction const> filter) noexcept {
    return sys::set_socket_option(socket, SO_ATTACH_REUSEPORT_CBPF, detail::as_record(filter));
}

/// Leaves the choice among the sockets to the kernel again.
/// UAPI: SO_DETACH_REUSEPORT_BPF
/// Since: Linux 5.3
/// Errors: ENOENT nothing chooses; EINVAL the socket shares no address; ENOTSOCK; EBADF
/// Costs: one system call, no allocation
[[nodiscard]] inline result<void> detach_reuseport(fd_ref<kind::socket> socket) noexcept {
    return sys::set_socket_option(socket, SO_DETACH_REUSEPORT_BPF, 0);
}

} // namespace bpfxx::classic
