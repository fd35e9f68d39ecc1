#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/order.hpp>
#include <bpfxx/program/attach_type.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstdint>
#include <utility>

// What tcx and netkit share where programs are attached without a link.
namespace bpfxx::direct {

/// Detaches one program from one hook of a network device.
/// UAPI: BPF_PROG_DETACH with `target_ifindex`
/// Errors: ENOENT the program is not there by now, as it was detached or replaced; EBUSY a link holds it there now;
/// ENODEV the device is gone, or in another network namespace than the caller
/// Costs: two system calls, no allocation
/// Races: a device is known by its number in the network namespace of the thread that detaches: that has to be the one
/// where it was attached
class interface_undo {
  public:
    interface_undo(owned_fd<kind::program> program, interface_index ifindex, attach_type hook) noexcept
        : program_{std::move(program)}, ifindex_{ifindex}, hook_{hook} {}

    [[nodiscard]] fd_ref<kind::program> program() const noexcept { return program_.borrow(); }
    [[nodiscard]] interface_index ifindex() const noexcept { return ifindex_; }
    [[nodiscard]] attach_type hook() const noexcept { return hook_; }

    [[nodiscard]] result<void> undo() noexcept {
        return sys::call(sys::attr::prog_detach_interface{
            .target_ifindex = ifindex_, .attach_bpf_fd = program_.borrow(), .attach_type = hook_});
    }

  private:
    owned_fd<kind::program> program_;
    interface_index ifindex_;
    attach_type hook_;
};

/// A program at a hook of a network device without a link. Others at the hook are placed beside it by `->program()`.
using interface_attachment = attachment<interface_undo>;

} // namespace bpfxx::direct

namespace bpfxx::detail {

// The descriptor comes first: once the program is attached nothing can fail any more.
[[nodiscard]] inline result<direct::interface_attachment>
attach_to_interface(sys::attr::prog_attach_interface attribute) noexcept {
    auto own = owned_fd<kind::program>::duplicate(attribute.attach_bpf_fd);
    if (!own) return own.error();
    if (attribute.replace_bpf_fd) attribute.attach_flags = attribute.attach_flags | attach_flags::replace;
    auto const attached = sys::call(attribute);
    if (!attached) return attached.error();
    return direct::attachment{direct::interface_undo{*std::move(own), attribute.target_ifindex, attribute.attach_type}};
}

} // namespace bpfxx::detail
