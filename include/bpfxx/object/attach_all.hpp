#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/object/attach.hpp>
#include <bpfxx/object/attachment.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/section_target.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace bpfxx::object::detail {

/// Where the static probes of an object are described to their programs; nothing in an object without.
[[nodiscard]] inline result<std::optional<static_probe_specs>> probe_specs_of(plan const& what,
                                                                              slots const& from) noexcept {
    auto const number = what.find_map("__bpf_usdt_specs");
    if (!number || !from.maps[*number].fd) return std::optional<static_probe_specs>{};
    auto specs = static_probe_specs::of(*from.maps[*number].fd);
    if (!specs) return specs.error();
    return std::optional<static_probe_specs>{*specs};
}

/// As `object::attach`, with a hook that the compiler knows: what other hooks take is not part of the program then.
template <hook At>
[[nodiscard]] attached attach_at(fd_ref<kind::program> program, section_name const& section,
                                 attach_options const& options) noexcept {
    auto const cookie = options.cookie;
    if constexpr (At == hook::kprobe)
        return attach_kprobe(program, section, cookie);
    else if constexpr (At == hook::kprobe_multi)
        return attach_kernel_functions(program, section, cookie);
    else if constexpr (At == hook::system_call)
        return attach_system_call(program, section, cookie);
    else if constexpr (At == hook::uprobe)
        return attach_uprobe(program, section, cookie);
    else if constexpr (At == hook::uprobe_multi)
        return attach_uprobe_multi(program, section, cookie);
    else if constexpr (At == hook::static_probe)
        return attach_static_probe(program, section, options.probe_specs, cookie, options.loaded_with);
    else if constexpr (At == hook::tracepoint)
        return attach_tracepoint(program, section, cookie);
    else if constexpr (At == hook::raw_tracepoint)
        return attach_raw_tracepoint(program, section, cookie);
    else if constexpr (At == hook::btf_tracepoint)
        return finished(section, attach_btf_tracepoint(program, cookie));
    else if constexpr (At == hook::function || At == hook::lsm)
        return finished(section, attach_tracing(program, section.attach_type, cookie));
    else if constexpr (At == hook::extension)
        return finished(section, attach_extension(program, cookie));
    else if constexpr (At == hook::iter)
        return finished(section, to_attachment(iter_hook{}.attach_to<program_kind::iter>(program)));
    else
        return not_by_name(section);
}

/// The same for a name that may lack what its hook wants.
template <hook At>
[[nodiscard]] attached attach_by_name(fd_ref<kind::program> program, section_name const& section,
                                      attach_options const& options) noexcept {
    return attaches_by_itself(section) ? attach_at<At>(program, section, options) : not_by_name(section);
}

/// How one program is attached; null where the name of its section does not say to what.
using attach_function = attached (*)(fd_ref<kind::program>, section_name const&, attach_options const&) noexcept;

/// Attaches the loaded programs, each by its function, and puts the attachments beside them. All or nothing.
[[nodiscard, gnu::cold]] inline loading<void> attach_each(plan const& what, slots const& from,
                                                          attach_options const& options,
                                                          slice<attach_function const> by,
                                                          slice<attachment> into) noexcept {
    for (std::size_t at = 0; at != by.size(); ++at) {
        auto const& fd = from.programs[at].fd;
        if (by[at] == nullptr || !fd || into[at]) continue;
        planned_program const& program = what.programs[at];
        auto made = by[at](*fd, *program.section, options);
        if (made) {
            into[at] = *std::move(made);
            continue;
        }
        for (attachment& each : into) each = {};
        return object_error{.during = step::attach_program, .failure = made.error().failure, .name = program.name};
    }
    return outcome::success();
}

} // namespace bpfxx::object::detail
