#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/perf.hpp>
#include <bpfxx/attach/tracefs_probe.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/object.hpp>

#include <utility>
#include <variant>

namespace bpfxx::object {

/// The attachment of a program of an object, by whatever means: a link, or on kernels without one for it an event or a
/// probe of tracefs. The destructor ends it, unless it is a link that was pinned, duplicated or passed on. It may hold
/// nothing, as where a program was not attached.
class [[nodiscard]] attachment {
  public:
    attachment() noexcept = default;

    explicit attachment(owned_fd<kind::link> link) noexcept : held_{std::move(link)} {}
    explicit attachment(direct::perf_attachment event) noexcept : held_{std::move(event)} {}
    explicit attachment(direct::tracefs_probe_attachment probe) noexcept : held_{std::move(probe)} {}
    /// Takes over a link of one kind, such as one to a hook that only the user could name.
    template <class Kind>
    explicit attachment(basic_link<Kind> link) noexcept : held_{std::move(link).release()} {}

    attachment(attachment&& other) noexcept : held_{std::exchange(other.held_, nothing{})} {}
    attachment& operator=(attachment&& other) noexcept {
        if (this != &other) held_ = std::exchange(other.held_, nothing{});
        return *this;
    }
    ~attachment() = default;

    /// Whether there is one: not once it was detached, left or moved from.
    [[nodiscard]] explicit operator bool() const noexcept { return !std::holds_alternative<nothing>(held_); }

    /// The link, lent; none where there is none.
    [[nodiscard]] optional_fd_ref<kind::link> link() const& noexcept {
        auto const* const held = std::get_if<owned_fd<kind::link>>(&held_);
        return held == nullptr ? optional_fd_ref<kind::link>{} : optional_fd_ref<kind::link>{*held};
    }
    optional_fd_ref<kind::link> link() const&& = delete; // this borrows from a temporary that closes at once: name it

    /// Gives the link a path in the BPF file system, which keeps the program attached when this ends.
    /// UAPI: BPF_OBJ_PIN
    /// Since: Linux 5.7
    /// Errors: EOPNOTSUPP there is no link; EEXIST the path is taken; EPERM not in a BPF file system, or a dot in the
    /// name; ENOENT no such directory
    /// Costs: one system call, no allocation
    [[nodiscard]] result<void> pin(char const* path) const noexcept {
        auto const* const held = std::get_if<owned_fd<kind::link>>(&held_);
        if (held == nullptr) return error{errc::eopnotsupp, command::obj_pin};
        return sys::pin(held->borrow(), path);
    }

    /// Ends the attachment now, so that a failure is seen; nothing is held then. Of a link the descriptor is closed.
    /// Errors: EBUSY, ENOENT of a probe of tracefs
    /// Costs: one system call, three for a probe of tracefs
    [[nodiscard]] result<void> detach() noexcept {
        auto ended = std::exchange(held_, nothing{});
        if (auto* const event = std::get_if<direct::perf_attachment>(&ended)) return event->detach();
        if (auto* const probe = std::get_if<direct::tracefs_probe_attachment>(&ended)) return probe->detach();
        return outcome::success();
    }

    /// Gives up the link's descriptor without closing it, for the handles of its kind: `tracing_link::adopt`. What is no
    /// link stays held.
    /// Errors: EOPNOTSUPP there is no link
    [[nodiscard]] result<owned_fd<kind::link>> release() && noexcept {
        auto* const held = std::get_if<owned_fd<kind::link>>(&held_);
        if (held == nullptr) return error{errc::eopnotsupp, command::search};
        owned_fd<kind::link> given = std::move(*held);
        held_ = nothing{};
        return given;
    }

    /// Leaves the program attached as long as the process lives.
    void leave_attached() && noexcept {
        auto left = std::exchange(held_, nothing{});
        if (auto* const link = std::get_if<owned_fd<kind::link>>(&left)) static_cast<void>(std::move(*link).release());
        if (auto* const event = std::get_if<direct::perf_attachment>(&left)) std::move(*event).leave_attached();
        if (auto* const probe = std::get_if<direct::tracefs_probe_attachment>(&left))
            std::move(*probe).leave_attached();
    }

  private:
    using nothing = std::monostate;

    std::variant<nothing, owned_fd<kind::link>, direct::perf_attachment, direct::tracefs_probe_attachment> held_{};
};

} // namespace bpfxx::object
