#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/insn/context_rules.hpp>
#include <bpfxx/program/context/arguments.hpp>
#include <bpfxx/program/context/cgroup.hpp>
#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/packet.hpp>
#include <bpfxx/program/context/registers.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/context/sk_buff.hpp>
#include <bpfxx/program/context/sock_ops.hpp>
#include <bpfxx/program/context/socket.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

#include <cstdint>

namespace bpfxx::insn {

/// The context of programs of a type, field by field under the kernel's names, each with its place and width:
/// `load(r2, r1 + ctx<program_kind::xdp>::data)`, `store(r1 + ctx<program_kind::sched_cls>::cb[2], r2)`. A field that
/// this type may not read cannot be named, one that it may not write not stored to; what a hook decides is all there.
/// UAPI: `struct xdp_md`, `struct __sk_buff` and so on
template <program_tag Kind>
struct ctx : detail::contexts::context_of<Kind>::fields {};

/// The rules of every type of program that bpfxx knows: what Linux 6.18 and newer kernels refuse at every hook.
template <program_tag Kind>
struct context_rules<Kind> {
    static constexpr bool known = detail::contexts::context_of<Kind>::known;

    // LSM hooks, methods of structs and replaced functions may be void.
    static constexpr bool returns =
        Kind::type != program_type::lsm && Kind::type != program_type::struct_ops && Kind::type != program_type::ext;

    static constexpr bool allows(std::int32_t offset, std::uint32_t width, context_access what) noexcept {
        return !known ||
               detail::contexts::allows(detail::contexts::context_of<Kind>::rows, Kind::type, offset, width, what);
    }

    // The arguments of tracing programs are pointers as often as not.
    static constexpr context_value gives(std::int32_t offset, std::uint32_t width) noexcept {
        if (!known || Kind::type == program_type::tracing) return context_value::anything;
        return detail::contexts::value_of(detail::contexts::context_of<Kind>::rows, Kind::type, offset, width);
    }
};

} // namespace bpfxx::insn
