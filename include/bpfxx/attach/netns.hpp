#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>

#include <concepts>
#include <utility>

namespace bpfxx::direct {

/// A flow dissector of the network namespace that the calling thread is in.
class in_netns {
  public:
    [[nodiscard]] static result<in_netns> attach(fd_ref<kind::program> program) noexcept {
        auto own = owned_fd<kind::program>::duplicate(program);
        if (!own) return own.error();
        auto const done = sys::call(sys::attr::prog_attach{.attach_bpf_fd = program, .attach_type = hook});
        if (!done) return done.error();
        return in_netns{*std::move(own)};
    }

    [[nodiscard]] result<void> undo() noexcept {
        return sys::call(sys::attr::prog_detach{.attach_bpf_fd = program_, .attach_type = hook});
    }

  private:
    static constexpr auto hook = program_kind::flow_dissector::only_attach_type;

    explicit in_netns(owned_fd<kind::program> program) noexcept : program_{std::move(program)} {}

    owned_fd<kind::program> program_;
};

using netns_attachment = attachment<in_netns>;

/// Makes a program the flow dissector of the network namespace that the calling thread is in, instead of the one that
/// was attached so before.
/// UAPI: BPF_PROG_ATTACH, BPF_PROG_DETACH with BPF_FLOW_DISSECTOR; the kernel takes no descriptor of a namespace here
/// Since: Linux 4.20
/// Errors: EEXIST a link is there, or a flow dissector of the initial namespace rules out the others, or they rule out
/// that one; EINVAL the program is there already; EMFILE. Of `detach`: ENOENT another program is there by now, or none;
/// EINVAL a link is there by now
/// Costs: two system calls, two to detach, no allocation
/// Races: whoever attaches another program takes this one's place; `detach` then leaves that one alone. It looks at the
/// namespace that its own thread is in by then: in another one it does not find the program, unless that was attached
/// there too
struct netns_hook {
    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::flow_dissector>;

    template <class ProgramKind>
    [[nodiscard]] result<netns_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        auto attached = in_netns::attach(program);
        if (!attached) return attached.error();
        return netns_attachment{*std::move(attached)};
    }
};

} // namespace bpfxx::direct
