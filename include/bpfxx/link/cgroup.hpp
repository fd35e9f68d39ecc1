#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/attach_target.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/type.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>

namespace bpfxx {

namespace detail {

// Kinds that name their hook while loading, so that the attach type follows from the program. That of ingress is 0, and so
// is that of programs which have none.
template <class ProgramKind>
inline constexpr bool runs_at_cgroup =
    ProgramKind::names_its_hook && target_of(ProgramKind::only_attach_type) == attach_target::cgroup &&
    (ProgramKind::only_attach_type != attach_type::cgroup_inet_ingress ||
     ProgramKind::type == program_type::cgroup_skb);

} // namespace detail

/// A borrowed cgroup2 directory, which a hook at a cgroup cannot do without.
class cgroup_target {
  public:
    constexpr cgroup_target(fd_ref<kind::cgroup> cgroup) noexcept : fd_{cgroup} {}
    cgroup_target(owned_fd<kind::cgroup> const& cgroup) noexcept : fd_{cgroup} {}
    cgroup_target(owned_fd<kind::cgroup> const&&) = delete; // borrows from a temporary that closes at once: name it

    template <class Missing = void>
    constexpr cgroup_target() noexcept : fd_{fd_ref<kind::cgroup>::from_raw(-1)} {
        static_assert(!std::is_void_v<Missing>, "a cgroup hook needs the cgroup: give .cgroup, its open directory");
    }

    [[nodiscard]] constexpr operator fd_ref<kind::cgroup>() const noexcept { return fd_; }

  private:
    fd_ref<kind::cgroup> fd_;
};

/// What the kernel says of a cgroup link.
struct cgroup_link_info {
    link_id id;
    program_id program;
    /// The inode number of the cgroup's directory; nothing once the link was detached or the cgroup is gone.
    std::optional<std::uint64_t> cgroup_id;
    bpfxx::attach_type attach_type;
};

namespace link_kind {

/// The link of a program to a cgroup.
/// UAPI: BPF_LINK_TYPE_CGROUP
/// Since: Linux 5.7
struct cgroup {
    static constexpr link_type type = link_type::cgroup;
    static constexpr bool can_detach = true;
    static constexpr bool can_update = true;

    /// Swaps the program under the link for one of the same hook. For another hook of the same type, such as egress for
    /// ingress, the kernel would take it without a word, and so the link is asked first.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_UPDATE
    /// Since: Linux 5.8
    /// Errors: attach_type_differs the program was loaded for another hook; ENOLINK the link was detached, or its cgroup
    /// is gone; with an expected program: EPERM another one is there
    /// Costs: two system calls, no allocation
    /// Races: none between the two: a link stays at its hook
    template <class ProgramKind, class... Expected>
        requires(detail::runs_at_cgroup<ProgramKind> && sizeof...(Expected) <= 1)
    [[nodiscard]] static result<void> update(fd_ref<kind::link> link, program<ProgramKind> const& next,
                                             Expected const&... expected) noexcept {
        auto const said = sys::get_info<sys::info::link_cgroup>(link);
        if (!said) return said.error();
        if ((*said)->attach_type != ProgramKind::only_attach_type)
            return error{errc::attach_type_differs, command::link_update};
        sys::attr::link_update attribute{.link_fd = link, .new_prog_fd = next.fd()};
        ((attribute.flags = link_update_flags::replace, attribute.old_prog_fd = expected.fd()), ...);
        return sys::call(attribute);
    }

    /// UAPI: `bpf_link_info.cgroup`
    /// Since: Linux 5.8
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<cgroup_link_info> info(fd_ref_of<kind::link> auto link) noexcept {
        auto const info = sys::get_info<sys::info::link_cgroup>(link);
        if (!info) return info.error();
        auto const cgroup = (*info)->cgroup_id;
        return cgroup_link_info{
            .id = (*info)->id,
            .program = (*info)->prog_id,
            .cgroup_id = cgroup == 0 ? std::nullopt : std::optional{cgroup},
            .attach_type = (*info)->attach_type,
        };
    }
};

} // namespace link_kind

using cgroup_link = basic_link<link_kind::cgroup>;

/// Attaches to a cgroup, for the processes in it and in the cgroups below, beside what others have attached there: all
/// programs run, those of cgroups below before those of cgroups above. What the program's kind is named after is the
/// hook.
/// UAPI: BPF_LINK_CREATE
/// Since: Linux 5.7, each attach type as `attach_type` says; `order`, `expected_revision` and `preorder` 6.17
/// Errors: EINVAL `order`, `expected_revision` or `preorder` on an older kernel, an anchor that is no link, or an attach
/// type that it does not know; ENOENT the anchor is not at this hook of this cgroup; ESTALE another program came or went
/// since; EPERM a program that was attached without a link, here or above, wants no others beside it, or the program sees
/// packets and CAP_NET_ADMIN is missing; E2BIG 64 programs are there; EBADF no cgroup2 directory; ENOENT it was removed
/// Costs: one system call, no allocation
struct cgroup_hook {
    cgroup_target cgroup;
    /// Beside other links: `attach_order::before(other.fd())`. To be beside a program it would have to be attached
    /// without a link, as by `direct::cgroup_hook`.
    attach_order order{};
    /// What `attached_programs` gave for this hook, if nothing may have changed since; 0 is any.
    std::uint64_t expected_revision = 0;
    /// Whether to run before the programs of the cgroups below rather than after them.
    bool preorder = false;

    template <class ProgramKind>
    static constexpr bool accepts = detail::runs_at_cgroup<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<cgroup_link> attach_to(fd_ref<kind::program> program) const noexcept {
        auto created = sys::call(sys::attr::link_create_cgroup{.prog_fd = program,
                                                               .target_fd = cgroup,
                                                               .attach_type = ProgramKind::only_attach_type,
                                                               .flags = flags(),
                                                               .relative = order.place(),
                                                               .expected_revision = expected_revision});
        if (!created) return created.error();
        return cgroup_link::adopt_unchecked(*std::move(created));
    }

  private:
    // Kernels without revisions do not look at that field, but refuse every flag: to be behind all others is what
    // happens anyway, and saying so keeps them from taking a condition that they would not keep.
    [[nodiscard]] constexpr attach_flags flags() const noexcept {
        auto const given = order.flags() | (preorder ? attach_flags::preorder : attach_flags::none);
        return expected_revision != 0 && !has(given, attach_flags::before) ? given | attach_flags::after : given;
    }
};

} // namespace bpfxx
