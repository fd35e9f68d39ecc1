#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/program/context/field.hpp>
#include <bpfxx/program/context/names.hpp>
#include <bpfxx/program/context/row.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>

namespace bpfxx::insn::detail::contexts {

// Elsewhere than on x86-64 nothing is known.
#if defined(__x86_64__)

inline constexpr program_types probes = types(program_type::kprobe);
inline constexpr program_types samples = types(program_type::perf_event);

// clang-format off: one field a line
/// The registers of the interrupted code, which differ from machine to machine; uprobes write them since Linux 6.19.
/// UAPI: `struct pt_regs`, `struct bpf_perf_event_data`
inline constexpr row registers[] = {
    // name, offset, size, elements, read, write
    {"r15", 0, 8, 1, {whole_8}, {whole_8, probes}},
    {"r14", 8, 8, 1, {whole_8}, {whole_8, probes}},
    {"r13", 16, 8, 1, {whole_8}, {whole_8, probes}},
    {"r12", 24, 8, 1, {whole_8}, {whole_8, probes}},
    {"bp", 32, 8, 1, {whole_8}, {whole_8, probes}},
    {"bx", 40, 8, 1, {whole_8}, {whole_8, probes}},
    {"r11", 48, 8, 1, {whole_8}, {whole_8, probes}},
    {"r10", 56, 8, 1, {whole_8}, {whole_8, probes}},
    {"r9", 64, 8, 1, {whole_8}, {whole_8, probes}},
    {"r8", 72, 8, 1, {whole_8}, {whole_8, probes}},
    {"ax", 80, 8, 1, {whole_8}, {whole_8, probes}},
    {"cx", 88, 8, 1, {whole_8}, {whole_8, probes}},
    {"dx", 96, 8, 1, {whole_8}, {whole_8, probes}},
    {"si", 104, 8, 1, {whole_8}, {whole_8, probes}},
    {"di", 112, 8, 1, {whole_8}, {whole_8, probes}},
    {"orig_ax", 120, 8, 1, {whole_8}, {whole_8, probes}},
    {"ip", 128, 8, 1, {whole_8}, {whole_8, probes}},
    {"flags", 144, 8, 1, {whole_8}, {whole_8, probes}},
    {"sp", 152, 8, 1, {whole_8}, {whole_8, probes}},
    {"", 0, 8, 21, {whole_8}},
    {"", 0, 8, 21, {parts_of_8, probes}, {parts_of_8, probes}},
    {"sample_period", 168, 8, 1, {parts_of_8, samples}},
    {"addr", 176, 8, 1, {parts_of_8, samples}},
};
// clang-format on

template <class Kind>
struct register_fields : no_fields {
    template <literal Name>
    using at = typename named<registers, Kind, Name>::type;

    static constexpr at<"r15"> r15{};
    static constexpr at<"r14"> r14{};
    static constexpr at<"r13"> r13{};
    static constexpr at<"r12"> r12{};
    static constexpr at<"bp"> bp{};
    static constexpr at<"bx"> bx{};
    static constexpr at<"r11"> r11{};
    static constexpr at<"r10"> r10{};
    static constexpr at<"r9"> r9{};
    static constexpr at<"r8"> r8{};
    static constexpr at<"ax"> ax{};
    static constexpr at<"cx"> cx{};
    static constexpr at<"dx"> dx{};
    static constexpr at<"si"> si{};
    static constexpr at<"di"> di{};
    static constexpr at<"orig_ax"> orig_ax{};
    static constexpr at<"ip"> ip{};
    static constexpr at<"flags"> flags{};
    static constexpr at<"sp"> sp{};
    static constexpr at<"sample_period"> sample_period{};
    static constexpr at<"addr"> addr{};
};

template <program_tag Kind>
    requires(has(probes | samples, Kind::type))
struct context_of<Kind> : known_context<registers, register_fields<Kind>> {};

#endif

} // namespace bpfxx::insn::detail::contexts
