#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// The types of programs whose context is an array of arguments, each in 8 bytes; the hook says how many there are.
inline constexpr program_types raw = types(program_type::raw_tracepoint);
inline constexpr program_types raw_writable = types(program_type::raw_tracepoint_writable);
inline constexpr program_types typed = types(program_type::tracing, program_type::lsm, program_type::struct_ops);

// clang-format off: one field a line
/// UAPI: `struct bpf_raw_tracepoint_args`
inline constexpr row arguments[] = {
    // name, offset, size, elements, read, write
    {"args", 0, 8, 12, {whole_8}},
    {"", 0, 8, 12, {parts_of_8, raw}},
    {"", 1, 95, 1, {parts_of_8, raw_writable}},
    {"", 0, 8, 12, {parts_of_8 | from_start, typed}},
};
// clang-format on

template <class Kind>
struct argument_fields : no_fields {
    template <literal Name>
    using at = typename named<arguments, Kind, Name>::type;

    static constexpr at<"args"> args{};
};

template <program_tag Kind>
    requires(has(raw | raw_writable | typed, Kind::type))
struct context_of<Kind> : known_context<arguments, argument_fields<Kind>> {
    // What LSM programs and methods of structs may write, their hooks decide.
    static constexpr bool known = Kind::type != program_type::lsm && Kind::type != program_type::struct_ops;
};

/// A record of the event: 8 bytes that stay hidden, then its own fields. The kernel compares offsets with 8 as unsigned
/// numbers and with 8192 as signed ones, so that it takes negative ones.
inline constexpr row tracepoint_record[] = {
    // name, offset, size, elements, read, write
    {"", 8, 8'184, 1, {parts_of_8}},
    {"", -32'768, 32'768, 1, {parts_of_8}},
};

template <program_tag Kind>
    requires(Kind::type == program_type::tracepoint)
struct context_of<Kind> : known_context<tracepoint_record, no_fields> {};

/// Bytes of the caller's own, of which r1 with its signed 16 bits of displacement reaches so many.
inline constexpr row caller_bytes[] = {
    // name, offset, size, elements, read, write
    {"", 0, 32'775, 1, {parts_of_8}, {parts_of_8}},
};

template <program_tag Kind>
    requires(Kind::type == program_type::syscall)
struct context_of<Kind> : known_context<caller_bytes, no_fields> {};

// clang-format off: one field a line
/// One pulse or space of an infrared signal.
inline constexpr row lirc[] = {
    // name, offset, size, elements, read, write
    {"sample", 0, 4, 1, {whole_4}},
};
// clang-format on

template <class Kind>
struct lirc_fields : no_fields {
    template <literal Name>
    using at = typename named<lirc, Kind, Name>::type;

    static constexpr at<"sample"> sample{};
};

template <program_tag Kind>
    requires(Kind::type == program_type::lirc_mode2)
struct context_of<Kind> : known_context<lirc, lirc_fields<Kind>> {};

} // namespace bpfxx::insn::detail::contexts
