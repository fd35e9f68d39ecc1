#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/btf_tracepoint.hpp>
#include <bpfxx/link/iter.hpp>
#include <bpfxx/link/raw_tracepoint.hpp>
#include <bpfxx/link/tracing.hpp>
#include <bpfxx/object/attach_error.hpp>
#include <bpfxx/object/attach_event.hpp>
#include <bpfxx/object/attach_file.hpp>
#include <bpfxx/object/attach_kernel_functions.hpp>
#include <bpfxx/object/attach_static_probe.hpp>
#include <bpfxx/object/attachment.hpp>
#include <bpfxx/object/section_name.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>

#include <concepts>
#include <cstdint>
#include <optional>

namespace bpfxx::object {

/// What is to be said beside the name of the section.
struct attach_options {
    /// What the program gets from its helper `get_attach_cookie`, and one with usdt.bpf.h from `bpf_usdt_cookie`. It
    /// takes a link.
    std::uint64_t cookie = 0;
    /// For static probes: see `attach_static_probe`.
    static_probe_specs* probe_specs = nullptr;
    /// For static probes: the attach type that the program was loaded with, where that is another than the section's.
    std::optional<attach_type> loaded_with{};
};

namespace detail {

[[nodiscard]] attached attach_raw_tracepoint(fd_ref_of<kind::program> auto program, section_name const& section,
                                             std::uint64_t cookie) noexcept {
    auto const tracepoint = raw_tracepoint_of(section);
    if (!tracepoint) return failed(section, tracepoint.error());
    kernel_name name;
    name << *tracepoint;
    if (!name.fits()) return failed(section, name_too_long);
    raw_tracepoint_hook const hook{.name = name.c_str(), .cookie = cookie};
    return finished(section, to_attachment(hook.attach_to<program_kind::raw_tracepoint>(program)));
}

/// At the function that was named while loading. Without a cookie by the call that every kernel has.
[[nodiscard]] result<attachment> attach_tracing(fd_ref_of<kind::program> auto program, attach_type loaded_with,
                                                std::uint64_t cookie) noexcept {
    if (cookie == 0) return to_attachment(tracing_hook_without_cookie{}.attach_to<program_kind::fentry>(program));
    tracing_hook const hook{.cookie = cookie};
    switch (loaded_with) {
    case attach_type::trace_fexit: return to_attachment(hook.attach_to<program_kind::fexit>(program));
    case attach_type::modify_return: return to_attachment(hook.attach_to<program_kind::modify_return>(program));
    case attach_type::lsm_mac: return to_attachment(hook.attach_to<program_kind::lsm_mac>(program));
    default: return to_attachment(hook.attach_to<program_kind::fentry>(program));
    }
}

[[nodiscard]] result<attachment> attach_btf_tracepoint(fd_ref_of<kind::program> auto program,
                                                       std::uint64_t cookie) noexcept {
    using is = program_kind::btf_tracepoint;
    if (cookie == 0) return to_attachment(btf_tracepoint_hook_without_cookie{}.attach_to<is>(program));
    return to_attachment(btf_tracepoint_hook{.cookie = cookie}.attach_to<is>(program));
}

[[nodiscard]] result<attachment> attach_extension(fd_ref_of<kind::program> auto program,
                                                  std::uint64_t cookie) noexcept {
    using is = program_kind::ext;
    if (cookie == 0) return to_attachment(tracing_hook_without_cookie{}.attach_to<is>(program));
    return to_attachment(ext_hook{.cookie = cookie}.attach_to<is>(program));
}

} // namespace detail

/// Attaches a loaded program to what the name of its section says, in every process and on every CPU. Where names say
/// nothing, or cannot, since it takes an interface, a cgroup, a network namespace or a priority, the error's sentence
/// tells which hook to use instead; `attaches_by_itself` tells it before.
/// UAPI: BPF_LINK_CREATE, BPF_RAW_TRACEPOINT_OPEN, perf_event_open(2)
/// Errors: EOPNOTSUPP the section's name does not say what to attach to; EINVAL it cannot be understood; else as the
/// hook that it stands for: `kprobe_hook`, `kprobe_multi_hook`, `uprobe_hook`, `uprobe_multi_hook`, `tracepoint_hook`,
/// `raw_tracepoint_hook`, `btf_tracepoint_hook`, `tracing_hook`, `ext_hook`, `iter_hook`
/// Costs: those of the hook; of names of files and patterns also those of looking for them; no allocation on the heap but at several sites of a static probe
template <class Program>
    requires std::convertible_to<Program const&, fd_ref<kind::program>>
[[nodiscard]] attached attach(Program const& of, section_name const& section,
                              attach_options const& options = {}) noexcept {
    fd_ref<kind::program> const program = of;
    auto const cookie = options.cookie;
    if (!attaches_by_itself(section)) return detail::not_by_name(section);
    switch (section.hook) {
    case hook::kprobe: return attach_kprobe(program, section, cookie);
    case hook::kprobe_multi: return attach_kernel_functions(program, section, cookie);
    case hook::system_call: return attach_system_call(program, section, cookie);
    case hook::uprobe: return attach_uprobe(program, section, cookie);
    case hook::uprobe_multi: return attach_uprobe_multi(program, section, cookie);
    case hook::static_probe:
        return attach_static_probe(program, section, options.probe_specs, cookie, options.loaded_with);
    case hook::tracepoint: return attach_tracepoint(program, section, cookie);
    case hook::raw_tracepoint: return detail::attach_raw_tracepoint(program, section, cookie);
    case hook::btf_tracepoint: return detail::finished(section, detail::attach_btf_tracepoint(program, cookie));
    case hook::function:
    case hook::lsm: return detail::finished(section, detail::attach_tracing(program, section.attach_type, cookie));
    case hook::extension: return detail::finished(section, detail::attach_extension(program, cookie));
    case hook::iter:
        return detail::finished(section, detail::to_attachment(iter_hook{}.attach_to<program_kind::iter>(program)));
    default: return detail::not_by_name(section);
    }
}

} // namespace bpfxx::object
