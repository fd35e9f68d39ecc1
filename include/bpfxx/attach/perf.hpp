#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/result.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace bpfxx::direct {

/// Ends a program's attachment to an event by closing the event.
class perf_undo {
  public:
    explicit perf_undo(owned_fd<kind::perf_event> event) noexcept : event_{std::move(event)} {}

    perf_undo(perf_undo&&) noexcept = default;
    perf_undo& operator=(perf_undo&&) noexcept = default;
    // What was not undone stays attached, which here means that the event stays open as long as the process lives.
    ~perf_undo() { static_cast<void>(std::move(event_).release()); }

    /// Closes the event. Where its descriptor was inherited or passed on, the program stays until those are closed, too.
    /// Costs: one system call
    [[nodiscard]] result<void> undo() noexcept {
        owned_fd const closed = std::move(event_);
        return outcome::success();
    }

    /// The event, while the program is attached.
    [[nodiscard]] fd_ref<kind::perf_event> event() const& noexcept { return event_.borrow(); }

  private:
    owned_fd<kind::perf_event> event_;
};

using perf_attachment = attachment<perf_undo>;

namespace detail {

template <class T>
concept opens_event = requires(T const& hook) {
    { hook.open() } -> std::same_as<result<owned_fd<kind::perf_event>>>;
    { hook.cookie } -> std::convertible_to<std::uint64_t>;
};

} // namespace detail

/// Attaches to a perf event as kernels do that have no links to them: `direct::perf_hook{tracepoint_hook{…}}`.
/// UAPI: perf_event_open(2), PERF_EVENT_IOC_SET_BPF
/// Since: Linux 4.1 kprobes and uprobes by tracefs, 4.7 tracepoints, 4.9 counters, 4.17 kprobes and uprobes
/// Errors: as the hook says, but for what it says of links; EOPNOTSUPP it has a cookie, which takes a link; EINVAL the
/// event is of another kind than the program; EACCES the program reads beyond the tracepoint's record
/// Costs: as the hook says with closing the event left out and an ioctl(2) for the link; one system call to detach
template <class Hook>
struct perf_hook {
    static_assert(detail::opens_event<Hook>, "direct::perf_hook takes a hook that opens its event; to an event of your "
                                             "own attach by perf::set_program, and detach by closing it");
    Hook at;

    template <class ProgramKind>
    static constexpr bool accepts = Hook::template accepts<ProgramKind>;

    template <class ProgramKind>
    [[nodiscard]] result<perf_attachment> attach_to(fd_ref<kind::program> program) const noexcept {
        if (at.cookie != 0) return error{errc::eopnotsupp, command::control_file};
        auto event = at.open();
        if (!event) return event.error();
        auto const set = perf::set_program(*event, program);
        if (!set) return set.error();
        return perf_attachment{perf_undo{*std::move(event)}};
    }
};

template <class Hook>
perf_hook(Hook) -> perf_hook<Hook>;

} // namespace bpfxx::direct
