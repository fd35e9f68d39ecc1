#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace bpfxx {

/// What the kernel says of a tracing link.
struct tracing_info {
    link_id id;
    program_id program;
    /// Where the program runs; 0 for an extension.
    bpfxx::attach_type attach_type;
    /// Whose function it is: the id of a program, or that of the kernel's or a module's BTF; nothing before Linux 5.13.
    std::optional<std::uint32_t> target_object;
    /// Which function, by its number in that object's BTF; nothing before Linux 5.13.
    std::optional<btf::type_id> target_function;
    /// The number that the hook was given; nothing for 0 and on kernels that do not say (before Linux 6.17).
    std::optional<std::uint64_t> cookie;
};

namespace link_kind {

/// The link of a program to a function of the kernel, of a module or of another program.
/// UAPI: BPF_LINK_TYPE_TRACING
/// Since: Linux 5.8
struct tracing {
    static constexpr link_type type = link_type::tracing;
    static constexpr bool can_detach = false;
    static constexpr bool can_update = false;

    /// UAPI: `bpf_link_info.tracing`
    /// Since: Linux 5.8; target 5.13, cookie 6.17
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<tracing_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const info = sys::get_info<sys::info::link_tracing>(link);
        if (!info) return info.error();
        // A member is 0 where the kernel wrote nothing, and also where it does not know this one but answers as long for
        // other links. No target has the id 0.
        auto const& known = **info;
        bool const has_target = known.target_obj_id != 0;
        return tracing_info{
            .id = known.id,
            .program = known.prog_id,
            .attach_type = known.attach_type,
            .target_object = has_target ? std::optional{known.target_obj_id} : std::nullopt,
            .target_function = has_target ? std::optional{btf::type_id{known.target_btf_id}} : std::nullopt,
            .cookie = known.cookie != 0 ? std::optional{known.cookie} : std::nullopt,
        };
    }
};

} // namespace link_kind

using tracing_link = basic_link<link_kind::tracing>;

namespace detail {

/// Programs that run at the function which `attach_btf_id` named when they were loaded.
template <class Kind>
concept runs_at_its_target =
    std::same_as<Kind, program_kind::fentry> || std::same_as<Kind, program_kind::fexit> ||
    std::same_as<Kind, program_kind::modify_return> || std::same_as<Kind, program_kind::lsm_mac>;

inline result<tracing_link> to_tracing_link(result<owned_fd<kind::link>> created) noexcept {
    if (!created) return created.error();
    return tracing_link::adopt_unchecked(*std::move(created));
}

} // namespace detail

/// Attaches to the function that was named when the program was loaded: at its entry, at its exit, in its place where a
/// program before it so decides, or to a security hook. The cookie is what the program gets from its helper
/// `get_attach_cookie`.
/// UAPI: BPF_LINK_CREATE, `link_create.tracing`
/// Since: Linux 5.19, before that `tracing_hook_without_cookie` is the one
/// Errors: EBUSY this program is attached by another link; E2BIG the function has 38 programs; EPERM the kernel forbids to
/// change its code (some forbid it from loading on); ENOENT the module is gone; EINVAL its target is a program, and it was
/// attached before. An LSM program never runs where bpf is not among the kernel's security modules,
/// /sys/kernel/security/lsm
/// Costs: one system call, no allocation
struct tracing_hook {
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = detail::runs_at_its_target<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<tracing_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::to_tracing_link(sys::call(sys::attr::link_create_tracing{
            .prog_fd = program,
            .attach_type = ProgramKind::only_attach_type,
            .cookie = cookie,
        }));
    }
};

/// The same by the older call, which every kernel has that loads such programs; there is no cookie. An extension replaces
/// the function that was named when it was loaded.
/// UAPI: BPF_RAW_TRACEPOINT_OPEN without a name
/// Since: Linux 5.5; modify_return and lsm_mac 5.7, ext 5.6
/// Errors: as `tracing_hook`
/// Costs: one system call, no allocation
struct tracing_hook_without_cookie {
    template <class ProgramKind>
    static constexpr bool accepts =
        detail::runs_at_its_target<ProgramKind> || std::same_as<ProgramKind, program_kind::ext>;

    template <class ProgramKind>
    [[nodiscard]] result<tracing_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::to_tracing_link(sys::call(sys::attr::raw_tracepoint_open{.prog_fd = program}));
    }
};

/// Replaces a function of another program: the one that was named when this program was loaded, or another one with the
/// same parameters, which `target` and `function`, its number in the target's BTF, name together.
/// UAPI: BPF_LINK_CREATE, `link_create.target_btf_id`
/// Since: Linux 5.10; cookie 5.19
/// Errors: EBUSY the function is replaced already, or the target is in a map of programs; EINVAL the target differs from
/// the one named when loading in a way that counts, one of the two members is missing, or the program was attached
/// before, to which only both members help
/// Costs: one system call, no allocation
struct ext_hook {
    optional_fd_ref<kind::program> target{};
    btf::type_id function{};
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::ext>;

    template <class ProgramKind>
    [[nodiscard]] result<tracing_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return detail::to_tracing_link(sys::call(sys::attr::link_create_tracing{
            .prog_fd = program,
            .target_fd = target,
            .attach_type = ProgramKind::only_attach_type,
            .target_btf_id = btf::number(function),
            .cookie = cookie,
        }));
    }
};

} // namespace bpfxx
