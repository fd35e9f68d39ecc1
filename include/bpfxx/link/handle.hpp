#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/handle.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <utility>

namespace bpfxx {

/// What describes a kind of link: its number, whether BPF_LINK_DETACH and BPF_LINK_UPDATE work on it, which programs it
/// `runs`, and `info`, which asks the kernel about one with the buffers that this kind takes.
template <class T>
concept link_tag = requires {
    { T::type } -> std::convertible_to<link_type>;
    { T::can_detach } -> std::convertible_to<bool>;
    { T::can_update } -> std::convertible_to<bool>;
};

namespace detail {

/// Links of this kind can be given another program, and a program of this type.
template <class Link, class Program>
concept runs_instead = Link::can_update && requires { requires Link::template runs<Program>; };

/// The kind of link has an `update` of its own for what is given.
template <class Link, class... Given>
concept updates_itself = requires(fd_ref<kind::link> fd, Given const&... given) { Link::update(fd, given...); };

} // namespace detail

/// The attachment of a program, of one kind. It ends when nothing refers to it: the destructor closes the descriptor,
/// which detaches the program unless the link was duplicated, passed on or pinned. The program itself may be closed
/// before: the link keeps it.
template <link_tag Kind>
class [[nodiscard]] basic_link : public sys::handle<kind::link> {
  public:
    using tag = Kind;
    static constexpr link_type type = Kind::type;

    /// Opens a pinned link.
    /// UAPI: BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_UPDATE
    /// Since: Linux 5.8
    /// Errors: `link_type_differs` a link of another type, or no link at all; ENOENT no such path; EACCES not a BPF
    /// object, or its mode forbids it
    /// Costs: three system calls, one more to close where it fails, no allocation
    [[nodiscard]] static result<basic_link> open(char const* path) noexcept {
        return check_path(sys::open_pinned<kind::link>(path));
    }

    /// The same with a path relative to a directory.
    /// Since: Linux 6.5
    [[nodiscard]] static result<basic_link> open(fd_ref<kind::directory> directory, char const* path) noexcept {
        return check_path(sys::open_pinned<kind::link>(directory, path));
    }

    /// Opens a link by its id.
    /// UAPI: BPF_LINK_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 5.8
    /// Errors: `link_type_differs`; ENOENT no such link; EAGAIN it is being created; EPERM CAP_SYS_ADMIN is missing
    /// Costs: two system calls, one more to close where it fails, no allocation
    [[nodiscard]] static result<basic_link> open(link_id id) noexcept {
        return check(sys::call(sys::attr::link_get_fd_by_id{id}));
    }

    /// Takes over a link's descriptor once its type is found right; it is closed where it is not.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 5.8
    /// Errors: `link_type_differs`
    /// Costs: one system call, one more to close where it fails, no allocation
    [[nodiscard]] static result<basic_link> adopt(owned_fd<kind::link> fd) noexcept { return check(std::move(fd)); }

    /// Takes over a descriptor that the caller knows to be a link of this kind, such as one that was just created.
    [[nodiscard]] static basic_link adopt_unchecked(owned_fd<kind::link> fd) noexcept {
        return basic_link{std::move(fd)};
    }

    /// A second handle for the same link, which then outlives the first.
    /// UAPI: fcntl(2) F_DUPFD_CLOEXEC
    /// Errors: EMFILE too many open descriptors
    /// Costs: one system call
    [[nodiscard]] result<basic_link> duplicate() const noexcept { return own(fd_.duplicate()); }

    /// What the kernel says of the link, with the buffers that this kind takes: see `info` of the kind's tag.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, `struct bpf_link_info`
    /// Since: Linux 5.8
    /// Costs: one system call, no allocation
    template <class... Buffer>
        requires requires(fd_ref<kind::link> fd, Buffer&&... buffers) { Kind::info(fd, buffers...); }
    [[nodiscard]] auto info(Buffer&&... buffers) const noexcept {
        return Kind::info(fd_.borrow(), buffers...);
    }

    /// Detaches at once, whoever else holds the link; the link stays as a dead object.
    /// UAPI: BPF_LINK_DETACH
    /// Since: Linux 5.9
    /// Costs: one system call, no allocation
    [[nodiscard]] result<void> detach() noexcept
        requires(Kind::can_detach)
    {
        return sys::call(sys::attr::link_detach{fd_.borrow()});
    }
    void detach() // this kind of link has no BPF_LINK_DETACH: it detaches when its last descriptor and pin are gone
        requires(!Kind::can_detach)
    = delete;

    /// Swaps the program under the link: each event sees the old one or the new one, none sees neither.
    /// UAPI: BPF_LINK_UPDATE
    /// Since: Linux 5.7, each kind as `link_type` says
    /// Errors: ENOLINK the link was detached, or what it was attached to is gone; EINVAL the program was loaded for
    /// another hook
    /// Costs: one system call, no allocation
    template <class ProgramKind>
        requires(detail::runs_instead<Kind, ProgramKind> && !detail::updates_itself<Kind, program<ProgramKind>>)
    [[nodiscard]] result<void> update(program<ProgramKind> const& next) noexcept {
        return sys::call(sys::attr::link_update{.link_fd = fd_.borrow(), .new_prog_fd = next.fd()});
    }

    /// The same as long as the program under the link is the one that is expected.
    /// UAPI: BPF_LINK_UPDATE with BPF_F_REPLACE
    /// Errors: EPERM another program is there
    template <class ProgramKind, class OldKind>
        requires(detail::runs_instead<Kind, ProgramKind> &&
                 !detail::updates_itself<Kind, program<ProgramKind>, program<OldKind>>)
    [[nodiscard]] result<void> update(program<ProgramKind> const& next, program<OldKind> const& expected) noexcept {
        return sys::call(sys::attr::link_update{.link_fd = fd_.borrow(),
                                                .new_prog_fd = next.fd(),
                                                .flags = link_update_flags::replace,
                                                .old_prog_fd = expected.fd()});
    }

    /// The same for links with a way of their own, such as those that take a map of struct_ops: see `update` of the kind's
    /// tag.
    template <class... Given>
        requires detail::updates_itself<Kind, Given...>
    [[nodiscard]] result<void> update(Given const&... given) noexcept {
        return Kind::update(fd_.borrow(), given...);
    }

    template <class... Program>
    void update(Program const&...) // links of this kind keep their program: attach the other one, then close this link
        requires(!Kind::can_update)
    = delete;

    template <class ProgramKind, class... Expected>
    void update(program<ProgramKind> const&, Expected const&...) // this kind of link runs programs of another type
        requires(Kind::can_update && !detail::runs_instead<Kind, ProgramKind> &&
                 !detail::updates_itself<Kind, program<ProgramKind>, Expected...>)
    = delete;

  private:
    explicit basic_link(owned_fd<kind::link> given_fd) noexcept : handle{std::move(given_fd)} {}

    static result<basic_link> own(result<owned_fd<kind::link>> opened) noexcept {
        if (!opened) return opened.error();
        return basic_link{*std::move(opened)};
    }

    static result<basic_link> check(result<owned_fd<kind::link>> opened) noexcept {
        if (!opened) return opened.error();
        auto const head = sys::get_info<sys::info::link_head>(opened->borrow());
        if (!head) return head.error();
        if ((*head)->type != type) return differs();
        return basic_link{*std::move(opened)};
    }

    static result<basic_link> check_path(result<owned_fd<kind::link>> opened) noexcept {
        if (opened && !is_link(*opened)) return differs();
        return check(std::move(opened));
    }

    // A path may lead to a map or a program, and BPF_OBJ_GET_INFO_BY_FD answers for whatever it finds. A command for
    // links alone does not: with a descriptor of -1 for the new program it changes nothing, and fails with EBADF for a
    // link, with EINVAL for anything else.
    static bool is_link(owned_fd<kind::link> const& fd) noexcept {
        auto const nothing = fd_ref<kind::program>::from_raw(-1);
        auto const answer = sys::call(sys::attr::link_update{.link_fd = fd, .new_prog_fd = nothing});
        return answer || answer.error().code != errc::einval;
    }

    static error differs() noexcept { return {errc::link_type_differs, command::obj_get_info_by_fd}; }
};

} // namespace bpfxx
