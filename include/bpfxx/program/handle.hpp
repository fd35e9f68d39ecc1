#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/load.hpp>
#include <bpfxx/program/verifier_log.hpp>
#include <bpfxx/spec/program.hpp>
#include <bpfxx/sys/handle.hpp>
#include <bpfxx/sys/info/program.hpp>
#include <bpfxx/sys/object.hpp>

#include <concepts>
#include <span>
#include <utility>

namespace bpfxx {

/// Options for programs of this type, or of any.
template <class Options, class Kind>
concept options_of_program = std::same_as<Options, program_options_for<Kind>> || std::same_as<Options, program_options>;

/// A loaded program of one type. It stays in the kernel as long as a descriptor, a path, a link or another attachment
/// refers to it.
template <program_tag Kind>
class [[nodiscard]] program : public sys::handle<kind::program> {
  public:
    using tag = Kind;
    static constexpr program_type type = Kind::type;

    /// Verifies a program and loads it.
    /// UAPI: BPF_PROG_LOAD
    /// Since: Linux 3.18, each type as in `program_type`
    /// Errors: EACCES, EINVAL the verifier refused it (EINVAL also: options that do not go together, a type this kernel
    /// is built without); EPERM a capability is missing; E2BIG too long, too complex, or an option newer than the
    /// kernel; EAGAIN a signal came while verifying, and calling again is up to the caller; ENOMEM
    /// Costs: one system call, no allocation
    template <options_of_program<Kind> Options = program_options_for<Kind>>
    [[nodiscard]] static result<program> load(Options const& options) noexcept {
        auto attribute = detail::load_attribute<Kind>(options);
        return own(sys::call(attribute));
    }

    /// The same, and where it fails, once more for the verifier's log; the error that counts is the first call's. The
    /// program is loaded where the second call succeeds, as it may after EAGAIN.
    /// Costs: one system call where it succeeds at once, two where not, no allocation
    template <options_of_program<Kind> Options = program_options_for<Kind>>
    [[nodiscard]] static result_with<program, load_error> load(Options const& options, std::span<char> log) noexcept {
        auto attribute = detail::load_attribute<Kind>(options);
        return own(detail::load_logged_on_failure(attribute, log));
    }

    /// The same with the log of a program that is sound, too: `log.text()` afterwards.
    /// Errors: ENOSPC the log did not fit, and nothing was loaded
    /// Costs: one system call, no allocation
    template <options_of_program<Kind> Options = program_options_for<Kind>>
    [[nodiscard]] static result_with<program, load_error> load(Options const& options,
                                                               verifier_log const& log) noexcept {
        auto attribute = detail::load_attribute<Kind>(options);
        return own(detail::load_logged(attribute, log));
    }

    /// Opens a pinned program.
    /// UAPI: BPF_OBJ_GET, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 5.1, for before that the answer does not tell a program from a map
    /// Errors: `program_type_differs` a program of another type, or no program at all; ENOENT no such path; EACCES not
    /// a BPF object, or its mode forbids it
    /// Costs: two system calls, one more to close where it fails, no allocation
    [[nodiscard]] static result<program> open(char const* path) noexcept {
        return check(sys::open_pinned<kind::program>(path));
    }

    /// The same with a path relative to a directory.
    /// Since: Linux 6.5
    [[nodiscard]] static result<program> open(fd_ref<kind::directory> directory, char const* path) noexcept {
        return check(sys::open_pinned<kind::program>(directory, path));
    }

    /// Opens a program by its id.
    /// UAPI: BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 5.1
    /// Errors: `program_type_differs`; ENOENT no such program; EPERM CAP_SYS_ADMIN is missing
    /// Costs: two system calls, one more to close where it fails, no allocation
    [[nodiscard]] static result<program> open(program_id id) noexcept {
        return check(sys::call(sys::attr::prog_get_fd_by_id{id}));
    }

    /// Takes over a descriptor once its type is found right; it is closed where it is not.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD
    /// Since: Linux 5.1
    /// Errors: `program_type_differs`
    /// Costs: one system call, one more to close where it fails, no allocation
    [[nodiscard]] static result<program> adopt(owned_fd<kind::program> fd) noexcept { return check(std::move(fd)); }

    /// Takes over a descriptor that the caller knows to be a program of this type.
    [[nodiscard]] static program adopt_unchecked(owned_fd<kind::program> fd) noexcept { return program{std::move(fd)}; }

    /// A second handle for the same program.
    /// UAPI: fcntl(2) F_DUPFD_CLOEXEC
    /// Errors: EMFILE too many open descriptors
    /// Costs: one system call
    [[nodiscard]] result<program> duplicate() const noexcept { return own(fd_.duplicate()); }

    /// What the kernel says of the program; `request` carries pointers and counts of what else is wanted.
    /// UAPI: BPF_OBJ_GET_INFO_BY_FD, `struct bpf_prog_info`
    /// Since: Linux 4.13
    /// Errors: EFAULT; EINVAL record sizes
    /// Costs: one system call, no allocation
    [[nodiscard]] result<sys::known<sys::info::program>> info(sys::info::program const& request = {}) const noexcept {
        return sys::get_info<sys::info::program>(fd_.borrow(), request);
    }

    /// Attaches the program to a hook that takes its type, and gives the link, or where the hook has none, an attachment
    /// that detaches in its destructor.
    template <class Hook>
        requires hook_for<Hook, Kind>
    [[nodiscard]] auto attach(Hook const& hook) const noexcept {
        return hook.template attach_to<Kind>(fd_.borrow());
    }

    template <class Hook>
        requires(!hook_for<Hook, Kind>)
    void attach(Hook const&) const = delete; // this hook does not take programs of this type: see what the hook accepts

  private:
    explicit program(owned_fd<kind::program> given_fd) noexcept : handle{std::move(given_fd)} {}

    template <class Error>
    static result_with<program, Error> own(result_with<owned_fd<kind::program>, Error> opened) noexcept {
        if (!opened) return opened.error();
        return program{*std::move(opened)};
    }

    // A path may lead to a map or a link, and the kernel answers for whatever it finds: the number of an XDP link's
    // type is that of an XDP program's. Only the answer about a program is this long.
    static result<program> check(result<owned_fd<kind::program>> opened) noexcept {
        if (!opened) return opened.error();
        auto const info = sys::get_info<sys::info::program>(opened->borrow());
        if (!info) return info.error();
        if (!info->knows(&sys::info::program::run_cnt) || (*info)->type != type)
            return error{errc::program_type_differs, command::obj_get_info_by_fd};
        return program{*std::move(opened)};
    }
};

} // namespace bpfxx
