#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// clang-format off: one field a line
/// What cgroup programs get that decide over devices.
/// UAPI: `struct bpf_cgroup_dev_ctx`
inline constexpr row cgroup_dev[] = {
    // name, offset, size, elements, read, write
    {"access_type", 0, 4, 1, {parts_of_4}},
    {"major", 4, 4, 1, {whole_4}},
    {"minor", 8, 4, 1, {whole_4}},
};
// clang-format on

template <class Kind>
struct cgroup_dev_fields : no_fields {
    template <literal Name>
    using at = typename named<cgroup_dev, Kind, Name>::type;

    static constexpr at<"access_type"> access_type{};
    static constexpr at<"major"> major{};
    static constexpr at<"minor"> minor{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::cgroup_device)
struct context_of<Kind> : known_context<cgroup_dev, cgroup_dev_fields<Kind>> {};

// clang-format off: one field a line
/// What cgroup programs get that see sysctls read and written.
/// UAPI: `struct bpf_sysctl`
inline constexpr row sysctl[] = {
    // name, offset, size, elements, read, write
    {"write", 0, 4, 1, {parts_of_4}},
    {"file_pos", 4, 4, 1, {parts_of_4}, {whole_4}},
};
// clang-format on

template <class Kind>
struct sysctl_fields : no_fields {
    template <literal Name>
    using at = typename named<sysctl, Kind, Name>::type;

    static constexpr at<"write"> write{};
    static constexpr at<"file_pos"> file_pos{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::cgroup_sysctl)
struct context_of<Kind> : known_context<sysctl, sysctl_fields<Kind>> {};

// level and optname are written before the kernel sets an option, retval is there after it got one.
// clang-format off: one field a line
/// What cgroup programs get that see options of sockets read and set.
/// UAPI: `struct bpf_sockopt`
inline constexpr row sockopt[] = {
    // name, offset, size, elements, read, write
    {"sk", 0, 8, 1, {whole_8}},
    {"optval", 8, 8, 1, {whole_8}},
    {"optval_end", 16, 8, 1, {whole_8}},
    {"level", 24, 4, 1, {whole_4}, {whole_4}},
    {"optname", 28, 4, 1, {whole_4}, {whole_4}},
    {"optlen", 32, 4, 1, {whole_4}, {whole_4}},
    {"retval", 36, 4, 1, {whole_4}, {whole_4}},
};
// clang-format on

template <class Kind>
struct sockopt_fields : no_fields {
    template <literal Name>
    using at = typename named<sockopt, Kind, Name>::type;

    static constexpr at<"sk"> sk{};
    static constexpr at<"optval"> optval{};
    static constexpr at<"optval_end"> optval_end{};
    static constexpr at<"level"> level{};
    static constexpr at<"optname"> optname{};
    static constexpr at<"optlen"> optlen{};
    static constexpr at<"retval"> retval{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::cgroup_sockopt)
struct context_of<Kind> : known_context<sockopt, sockopt_fields<Kind>> {};

} // namespace bpfxx::insn::detail::contexts
