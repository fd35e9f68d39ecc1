#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/socket.h>
#include <asm/unistd.h>

#include <cstdint>

namespace bpfxx::sys {

/// Sets an option of a socket, whatever its family.
/// UAPI: setsockopt(2) at SOL_SOCKET
/// Errors: ENOTSOCK; EBADF; the rest by option
/// Costs: one system call, no allocation
template <class Value>
[[nodiscard]] result<void> set_socket_option(fd_ref<kind::socket> socket, int option, Value const& value) noexcept {
    long const answer = detail::enter(__NR_setsockopt, socket.raw(), SOL_SOCKET, option, reinterpret_cast<long>(&value),
                                      static_cast<long>(sizeof value));
    if (detail::is_failure(answer)) return detail::failure(answer, command::set_socket_option);
    return outcome::success();
}

/// Asks for an option of a socket, with room for `room` units, and tells how many there are: bytes, as a rule.
/// UAPI: getsockopt(2) at SOL_SOCKET
/// Errors: ENOTSOCK; EBADF; the rest by option
/// Costs: one system call, no allocation
[[nodiscard]] inline result<std::uint32_t> get_socket_option(fd_ref<kind::socket> socket, int option, void* value,
                                                             std::uint32_t room) noexcept {
    std::uint32_t size = room;
    long const answer = detail::enter(__NR_getsockopt, socket.raw(), SOL_SOCKET, option, reinterpret_cast<long>(value),
                                      reinterpret_cast<long>(&size));
    if (detail::is_failure(answer)) return detail::failure(answer, command::get_socket_option);
    return size;
}

} // namespace bpfxx::sys
