#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/cgroup.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/query.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/handle.hpp>
#include <bpfxx/sys/object.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace bpfxx {

/// How a program that is attached without a link shares its hook of a cgroup. All at one hook of one cgroup are
/// attached in the same way.
/// UAPI: BPF_F_ALLOW_OVERRIDE, BPF_F_ALLOW_MULTI
/// Since: Linux 4.10; multi 4.15
enum class cgroup_sharing : std::uint32_t {
    /// One program, and none in the cgroups below.
    exclusive = 0,
    /// One program, and another one in its place for a cgroup below that has one.
    overridable = 1u << 0,
    /// Up to 64 programs, all of which run, and those of the cgroups above, too; as links do.
    multi = 1u << 1,
};

namespace direct {

namespace detail {

[[nodiscard]] inline result<program_id> id_of(fd_ref<kind::program> program) noexcept {
    auto const start = sys::get_info<sys::detail::info_start<kind::program>>(program);
    if (!start) return start.error();
    return (*start)->id;
}

[[nodiscard]] inline bool contains(std::span<program_id const> programs, program_id wanted) noexcept {
    return std::find(programs.begin(), programs.end(), wanted) != programs.end();
}

// As many as the kernel takes at one hook of a cgroup; BPF_LSM_CGROUP stands for ten hooks.
inline constexpr std::size_t most_programs = 64, most_lsm_programs = std::size_t{64} * 10;

} // namespace detail

/// Ends what `direct::cgroup_hook` began.
class cgroup_undo {
  public:
    cgroup_undo(owned_fd<kind::cgroup> cgroup, owned_fd<kind::program> program, attach_type type) noexcept
        : cgroup_{std::move(cgroup)}, program_{std::move(program)}, type_{type} {}

    /// Looks whether the program is there still, for without `cgroup_sharing::multi` the kernel would detach any other
    /// one in its place.
    /// UAPI: BPF_PROG_QUERY, BPF_PROG_DETACH
    /// Errors: attached_by_another a program has taken this one's place; ENOENT somebody detached it, or removed the
    /// cgroup; ESTALE others kept attaching and detaching here; EPERM CAP_NET_ADMIN is missing, without which some
    /// programs can be attached but none looked for: it stays
    /// Costs: three system calls; from Linux 6.17 two more whenever somebody else came in between; no allocation
    /// Races: before Linux 6.17 and for lsm_cgroup, a program that takes this one's place after the look is detached
    [[nodiscard]] result<void> undo() noexcept {
        auto const id = detail::id_of(program_.borrow());
        if (!id) return id.error();
        for (int attempt = 1;; ++attempt) {
            auto const revision = type_ == attach_type::lsm_cgroup ? find<detail::most_lsm_programs>(*id)
                                                                   : find<detail::most_programs>(*id);
            if (!revision) return revision.error();
            auto const done = sys::call(sys::attr::prog_detach{
                .target_fd = cgroup_, .attach_bpf_fd = program_, .attach_type = type_, .expected_revision = *revision});
            bool const interrupted = !done && done.error().code == errc::estale;
            if (!interrupted || attempt == most_attempts) return done;
        }
    }

  private:
    static constexpr int most_attempts = 100;

    // The hook's revision with the program there, 0 where the kernel counts none.
    template <std::size_t Room>
    [[nodiscard]] result<std::uint64_t> find(program_id id) const noexcept {
        program_id programs[Room];
        attach_flags flags[Room]; // lsm_cgroup insists
        auto const there = attached_programs(cgroup_, *attach_type_at<attach_target::cgroup>::checked(type_), programs,
                                             type_ == attach_type::lsm_cgroup ? flags : std::span<attach_flags>{});
        if (!there) return there.error();
        if (there->complete() && !detail::contains(there->programs, id)) return gone(*there);
        return there->revision.value_or(0);
    }

    [[nodiscard]] static error gone(programs_at_hook const& there) noexcept {
        bool const replaced = there.count != 0 && !has(there.flags, attach_flags::allow_multi);
        return {replaced ? errc::attached_by_another : errc::enoent, command::prog_query};
    }

    owned_fd<kind::cgroup> cgroup_;
    owned_fd<kind::program> program_;
    attach_type type_;
};

/// Attaches to a cgroup without a link: the program stays until it is detached, whoever still holds it, and other
/// programs may be kept from the hook. What the program's kind is named after is the hook.
/// UAPI: BPF_PROG_ATTACH, BPF_PROG_QUERY
/// Since: Linux 4.10; `replace` 5.6, `preorder` 6.15, `order` and `expected_revision` 6.17
/// Errors: EPERM the hook is shared in another way here, or a cgroup above forbids it; attached_by_another the place is
/// taken, or by another program than the one to replace; ENOENT the program to replace or the anchor is not there, or
/// the cgroup was removed; EINVAL the program is there already, `replace` with `order`, an anchor that is no program,
/// lsm_cgroup that is not `multi`, a program that sees packets without CAP_NET_ADMIN, or what this kernel does not know;
/// ESTALE another program came or went since; E2BIG 64 programs are there; EBADF no cgroup2 directory; EMFILE
/// Costs: three system calls; one more unless `multi`, and another one to replace then; no allocation
/// Races: before Linux 6.17, unless `multi`, a program that comes after the look is replaced
struct cgroup_hook {
    cgroup_target cgroup;
    cgroup_sharing sharing = cgroup_sharing::multi;
    /// The program whose place to take: events see the old one or the new one, and none sees neither.
    optional_fd_ref<kind::program> replace{};
    /// Beside other programs without a link: `attach_order::before(other.fd())`.
    attach_order order{};
    /// What `attached_programs` gave for this hook, if nothing may have changed since; 0 is any.
    std::uint64_t expected_revision = 0;
    /// Whether to run before the programs of the cgroups below rather than after them.
    bool preorder = false;

    template <class ProgramKind>
    static constexpr bool accepts = bpfxx::detail::runs_at_cgroup<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<attachment<cgroup_undo>> attach_to(fd_ref<kind::program> program) const noexcept {
        constexpr auto type = ProgramKind::only_attach_type;
        auto own_cgroup = owned_fd<kind::cgroup>::duplicate(cgroup);
        if (!own_cgroup) return own_cgroup.error();
        auto own_program = owned_fd<kind::program>::duplicate(program);
        if (!own_program) return own_program.error();
        auto const attached =
            sharing == cgroup_sharing::multi ? attach_beside(program, type) : attach_alone(program, type);
        if (!attached) return attached.error();
        return attachment{cgroup_undo{*std::move(own_cgroup), *std::move(own_program), type}};
    }

  private:
    [[nodiscard]] constexpr attach_flags flags() const noexcept {
        return static_cast<attach_flags>(sharing) | order.flags() |
               (preorder ? attach_flags::preorder : attach_flags::none);
    }

    [[nodiscard]] result<void> attach_beside(fd_ref<kind::program> program, attach_type type) const noexcept {
        return sys::call(
            sys::attr::prog_attach{.target_fd = fd_ref<kind::cgroup>{cgroup},
                                   .attach_bpf_fd = program,
                                   .attach_type = type,
                                   .attach_flags = flags() | (replace ? attach_flags::replace : attach_flags::none),
                                   .replace_bpf_fd = replace,
                                   .relative = order.place(),
                                   .expected_revision = expected_revision});
    }

    // The kernel would replace whatever is there without a word, and knows no BPF_F_REPLACE here.
    [[nodiscard]] result<void> attach_alone(fd_ref<kind::program> program, attach_type type) const noexcept {
        // Which of its hooks the programs are at is not told of lsm_cgroup.
        if (type == attach_type::lsm_cgroup) return error{errc::einval, command::prog_attach};
        program_id present[1];
        auto const there = attached_programs(cgroup, *attach_type_at<attach_target::cgroup>::checked(type), present);
        if (!there) return there.error();
        auto const may = may_take_place(*there);
        if (!may) return may.error();
        return sys::call(sys::attr::prog_attach{
            .target_fd = fd_ref<kind::cgroup>{cgroup},
            .attach_bpf_fd = program,
            .attach_type = type,
            .attach_flags = flags(),
            .relative = order.place(),
            .expected_revision = expected_revision != 0 ? expected_revision : there->revision.value_or(0)});
    }

    [[nodiscard]] result<void> may_take_place(programs_at_hook const& there) const noexcept {
        error const missing{errc::enoent, command::prog_query}, taken{errc::attached_by_another, command::prog_query};
        if (there.count == 0) return replace ? result<void>{missing} : outcome::success();
        constexpr auto ways = attach_flags::allow_override | attach_flags::allow_multi;
        if ((there.flags & ways) != static_cast<attach_flags>(sharing)) return outcome::success(); // EPERM to come
        if (!replace) return taken;
        auto const expected = detail::id_of(fd_ref<kind::program>::from_raw(replace.raw()));
        if (!expected) return expected.error();
        return there.programs.front() == *expected ? result<void>{outcome::success()} : result<void>{taken};
    }
};

} // namespace direct

} // namespace bpfxx
