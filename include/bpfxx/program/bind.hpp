#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>

namespace bpfxx {

/// Keeps a map for as long as a program lives although none of its instructions names it, such as a map that describes
/// the program to tools. A map that is bound already stays so.
/// UAPI: BPF_PROG_BIND_MAP
/// Since: Linux 5.10
/// Errors: EINVAL this is no map; EBADF
/// Costs: one system call, no allocation in user space
template <program_tag Kind>
[[nodiscard]] result<void> bind(program<Kind> const& which, fd_ref<kind::map> map) noexcept {
    return sys::call(sys::attr::prog_bind_map{.prog_fd = which.fd(), .map_fd = map});
}

/// Tells the kernel functions that a program calls which struct_ops map they are about.
/// UAPI: BPF_PROG_ASSOC_STRUCT_OPS
/// Since: Linux 7.0
/// Errors: EINVAL this is no struct_ops map, or the kernel does not know the command; EBUSY the program has one already
/// Costs: one system call, no allocation in user space
template <program_tag Kind>
    requires(Kind::type != program_type::struct_ops)
[[nodiscard]] result<void> associate(program<Kind> const& which, fd_ref<kind::map> struct_ops) noexcept {
    return sys::call(sys::attr::prog_assoc_struct_ops{.map_fd = struct_ops, .prog_fd = which.fd()});
}

template <program_tag Kind>
    requires(Kind::type == program_type::struct_ops)
void associate(program<Kind> const&, fd_ref<kind::map>) = delete; // a struct_ops program belongs to its map already

} // namespace bpfxx
