#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/at_descriptor.hpp>
#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/spec/required_fd.hpp>

#include <concepts>
#include <utility>

namespace bpfxx::direct {

/// A program at an infrared receiver, which it keeps open.
using lirc_attachment = attachment<at_descriptor<kind::device>>;

/// Attaches to an infrared receiver, /dev/lirc0 and its like: the program decodes what is received, beside up to 63
/// others.
/// UAPI: BPF_PROG_ATTACH, BPF_PROG_DETACH with BPF_LIRC_MODE2
/// Since: Linux 4.18
/// Errors: EINVAL no receiver, or the kernel is built without (CONFIG_BPF_LIRC_MODE2); EEXIST the program is there
/// already; E2BIG 64 are; ENODEV it was unplugged; EBADF; EMFILE. Of `detach`: ENOENT the program is gone from there;
/// ENODEV
/// Costs: three system calls, three to detach, no allocation
struct lirc_hook {
    required_fd_ref<kind::device> device;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::lirc_mode2>;

    template <class ProgramKind>
    [[nodiscard]] result<lirc_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        auto attached = at_descriptor<kind::device>::attach(device, program, ProgramKind::only_attach_type);
        if (!attached) return attached.error();
        return lirc_attachment{*std::move(attached)};
    }
};

} // namespace bpfxx::direct
