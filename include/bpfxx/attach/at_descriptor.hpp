#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>

#include <utility>

namespace bpfxx::direct {

/// What BPF_PROG_ATTACH tied to what a descriptor names. BPF_PROG_DETACH takes away this program and no other.
template <class Target>
class at_descriptor {
  public:
    /// Attaches, once it holds what it takes to detach again.
    [[nodiscard]] static result<at_descriptor> attach(fd_ref<Target> target, fd_ref<kind::program> program,
                                                      attach_type hook) noexcept {
        auto own_target = owned_fd<Target>::duplicate(target);
        if (!own_target) return own_target.error();
        auto own_program = owned_fd<kind::program>::duplicate(program);
        if (!own_program) return own_program.error();
        auto const done =
            sys::call(sys::attr::prog_attach{.target_fd = target, .attach_bpf_fd = program, .attach_type = hook});
        if (!done) return done.error();
        return at_descriptor{*std::move(own_target), *std::move(own_program), hook};
    }

    [[nodiscard]] result<void> undo() noexcept {
        return sys::call(sys::attr::prog_detach{.target_fd = target_, .attach_bpf_fd = program_, .attach_type = hook_});
    }

  private:
    at_descriptor(owned_fd<Target> target, owned_fd<kind::program> program, attach_type hook) noexcept
        : target_{std::move(target)}, program_{std::move(program)}, hook_{hook} {}

    owned_fd<Target> target_;
    owned_fd<kind::program> program_;
    attach_type hook_;
};

} // namespace bpfxx::direct
