#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/perf.hpp>
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/attach_error.hpp>
#include <bpfxx/object/attachment.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/perf/kprobe.hpp>
#include <bpfxx/perf/text.hpp>
#include <bpfxx/perf/tracepoint.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

// Tracepoints and functions of the kernel: by links to events where the kernel has them, by events alone, or by tracefs.
namespace bpfxx::object {

/// What attaching a program of an object gives.
using attached = result_with<attachment, attach_error>;

namespace detail {

/// Words of the kernel, which are shorter than KSYM_NAME_LEN.
using kernel_name = perf::detail::text<511>;

inline constexpr error name_too_long{errc::enametoolong, command::search};

template <class Made>
[[nodiscard]] result<attachment> to_attachment(result<Made> made) noexcept {
    if (!made) return made.error();
    return attachment{*std::move(made)};
}

/// By a link, or without one where the kernel has no links to events (before Linux 5.15).
template <class ProgramKind, class Hook>
[[nodiscard, gnu::cold]] result<attachment> attach_event(fd_ref<kind::program> program, Hook const& hook) noexcept {
    auto linked = to_attachment(hook.template attach_to<ProgramKind>(program));
    if (linked || linked.error() != error{errc::einval, command::link_create}) return linked;
    return to_attachment(direct::perf_hook{hook}.template attach_to<ProgramKind>(program));
}

/// The same, and by tracefs where the kernel has no such events (before Linux 4.17).
template <class Hook>
[[nodiscard]] result<attachment> attach_probe(fd_ref<kind::program> program, Hook const& hook) noexcept {
    auto done = attach_event<program_kind::kprobe>(program, hook);
    if (done || done.error() != error{errc::eopnotsupp, command::open_perf_event}) return done;
    auto by_tracefs = to_attachment(direct::tracefs_probe_hook{hook}.template attach_to<program_kind::kprobe>(program));
    if (by_tracefs || by_tracefs.error().code != errc::enoent) return by_tracefs;
    return done; // tracefs has no such probes either, or no such function
}

[[nodiscard]] inline attached finished(section_name const& section, result<attachment> done) noexcept {
    if (!done) return failed(section, done.error());
    return *std::move(done);
}

#if defined(__x86_64__)
inline constexpr std::string_view system_call_wrapper = "__x64_sys_";
#elif defined(__aarch64__)
inline constexpr std::string_view system_call_wrapper = "__arm64_sys_";
#elif defined(__riscv)
inline constexpr std::string_view system_call_wrapper = "__riscv_sys_";
#else
inline constexpr std::string_view system_call_wrapper = "__se_sys_";
#endif

[[nodiscard]] result<attachment> attach_kernel_function(fd_ref_of<kind::program> auto program, std::string_view prefix,
                                                        kernel_function const& function, bool returning,
                                                        std::uint64_t cookie) noexcept {
    kernel_name name;
    name << prefix << function.name;
    if (!name.fits()) return name_too_long;
    return attach_probe(
        program,
        kprobe_hook{.function = name.c_str(), .offset = function.offset, .returning = returning, .cookie = cookie});
}

} // namespace detail

/// Attaches to what `kprobe/FUNCTION` names.
/// Errors: as `kprobe_hook`
[[nodiscard]] attached attach_kprobe(fd_ref_of<kind::program> auto program, section_name const& section,
                                     std::uint64_t cookie) noexcept {
    auto const function = kernel_function_of(section);
    if (!function) return detail::failed(section, function.error());
    return detail::finished(section, detail::attach_kernel_function(program, "", *function, section.returning, cookie));
}

/// Attaches to what `ksyscall/NAME` names: the function that the kernel enters for a system call, whatever it calls it.
/// Errors: as `kprobe_hook`; ENOENT the kernel has no such system call
[[nodiscard]] attached attach_system_call(fd_ref_of<kind::program> auto program, section_name const& section,
                                          std::uint64_t cookie) noexcept {
    auto const call = kernel_function_of(section);
    if (!call) return detail::failed(section, call.error());
    auto const attach = [&](std::string_view prefix) noexcept {
        return detail::attach_kernel_function(program, prefix, *call, section.returning, cookie);
    };
    auto done = attach(detail::system_call_wrapper);
    // Kernels without wrappers (before Linux 4.17, by machine later) have other names.
    for (std::string_view const prefix : {"__se_sys_", "sys_"}) {
        if (done || done.error().code != errc::enoent) break;
        auto other = attach(prefix);
        if (other) done = std::move(other);
    }
    return detail::finished(section, std::move(done));
}

/// Attaches to what `tracepoint/GROUP/NAME` names.
/// Errors: as `tracepoint_hook`
[[nodiscard, gnu::cold]] attached attach_tracepoint(fd_ref_of<kind::program> auto program, section_name const& section,
                                                    std::uint64_t cookie) noexcept {
    auto const tracepoint = tracepoint_of(section);
    if (!tracepoint) return detail::failed(section, tracepoint.error());
    detail::kernel_name group, name;
    group << tracepoint->group;
    name << tracepoint->name;
    if (!group.fits() || !name.fits()) return detail::failed(section, detail::name_too_long);
    return detail::finished(
        section, detail::attach_event<program_kind::tracepoint>(
                     program, tracepoint_hook{.group = group.c_str(), .name = name.c_str(), .cookie = cookie}));
}

} // namespace bpfxx::object
