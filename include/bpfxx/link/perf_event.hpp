#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/id.hpp>
#include <bpfxx/link/handle.hpp>
#include <bpfxx/link/type.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/flags.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/object.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx {

/// What a link to a perf event is at, where that is a function of a program or a library. Of a cookie, here and below:
/// nothing for 0 and on kernels that do not say (before Linux 6.9).
struct perf_uprobe_info {
    std::string_view file;
    std::uint32_t offset;
    bool returning;
    std::optional<std::uint64_t> cookie;
    /// Nothing for 0 and before Linux 6.16.
    std::optional<std::uint64_t> reference_counter_offset;
};

/// The same for a function of the kernel.
struct perf_kprobe_info {
    /// Empty for a probe at an address.
    std::string_view function;
    std::uint32_t offset;
    /// 0 where kptr_restrict hides it.
    std::uint64_t address;
    bool returning;
    /// How often the program did not run, since the probe was busy on that CPU.
    std::optional<std::uint64_t> missed;
    std::optional<std::uint64_t> cookie;
};

/// The same for a tracepoint.
struct perf_tracepoint_info {
    std::string_view name;
    std::optional<std::uint64_t> cookie;
};

/// The same for what counts or samples: software, hardware, breakpoints.
struct perf_counter_info {
    perf::event_type type;
    std::uint64_t config;
    std::optional<std::uint64_t> cookie;
};

/// What the kernel says of a link to a perf event. One of the four is there, none on a kernel that does not say (before
/// Linux 6.6); names are in the caller's buffer, and empty where that was.
struct perf_event_info {
    link_id id;
    program_id program;
    perf_event_type type;
    /// The bytes that the name takes with its NUL; 0 where there is none and on kernels that do not say.
    std::uint32_t name_size;
    std::optional<perf_uprobe_info> uprobe{};
    std::optional<perf_kprobe_info> kprobe{};
    std::optional<perf_tracepoint_info> tracepoint{};
    std::optional<perf_counter_info> counter{};
};

namespace perf::detail {

// The widest arm: every kernel answers as much of it as it knows, whichever arm it is.
using widest_arm = sys::info::link_perf_kprobe;

template <class Arm>
[[nodiscard]] Arm arm_of(sys::known<widest_arm> const& info) noexcept {
    static_assert(std::is_trivially_copyable_v<Arm> && sizeof(Arm) <= sizeof(widest_arm));
    Arm arm;
    std::memcpy(static_cast<void*>(&arm), &*info, sizeof arm);
    return arm;
}

// A member that this kernel does not know is 0, since nobody wrote it, and so is one without a value.
[[nodiscard]] constexpr std::optional<std::uint64_t> unless_zero(std::uint64_t number) noexcept {
    return number == 0 ? std::nullopt : std::optional{number};
}

// Before Linux 6.9 the length does not come back: the NUL tells.
[[nodiscard]] inline std::string_view up_to_nul(std::span<char const> buffer) noexcept {
    std::size_t size = 0;
    while (size != buffer.size() && buffer[size] != '\0') ++size;
    return {buffer.data(), size};
}

inline void understand(perf_event_info& told, sys::known<widest_arm> const& info, std::string_view name) noexcept {
    using enum perf_event_type;
    switch (told.type) {
    case uprobe:
    case uretprobe: {
        auto const arm = arm_of<sys::info::link_perf_uprobe>(info);
        told.uprobe = {name, arm.offset, told.type == uretprobe, unless_zero(arm.cookie),
                       unless_zero(arm.ref_ctr_offset)};
        break;
    }
    case kprobe:
    case kretprobe:
        told.kprobe = {name,
                       info->offset,
                       info->addr,
                       told.type == kretprobe,
                       info.get(&sys::info::link_perf_kprobe::missed),
                       unless_zero(info->cookie)};
        break;
    case tracepoint: told.tracepoint = {name, unless_zero(arm_of<sys::info::link_perf_tracepoint>(info).cookie)}; break;
    case event: {
        auto const arm = arm_of<sys::info::link_perf_event>(info);
        told.name_size = 0; // there it has the event's type
        told.counter = {static_cast<event_type>(arm.type), arm.config, unless_zero(arm.cookie)};
        break;
    }
    case unspec: break;
    }
}

} // namespace perf::detail

namespace link_kind {

/// The link of a program to a perf event, which it keeps open.
/// UAPI: BPF_LINK_TYPE_PERF_EVENT
/// Since: Linux 5.15
struct perf_event {
    static constexpr link_type type = link_type::perf_event;
    static constexpr bool can_detach = false;
    static constexpr bool can_update = false;

    /// Asks with a buffer for the name, or with an empty one for everything else.
    /// UAPI: `bpf_link_info.perf_event`
    /// Since: Linux 6.6; id and program before
    /// Errors: ENOSPC the name and its NUL do not fit; EOPNOTSUPP the kernel has nothing to say of this event
    /// Costs: one system call, no allocation
    [[nodiscard]] static result<perf_event_info> info(fd_ref_of<kind::link> auto link,
                                                      std::span<char> name = {}) noexcept {
        perf::detail::widest_arm request;
        if (!name.empty()) {
            name[0] = '\0'; // an event without a name leaves it as it is
            request.func_name = name.data();
            request.name_len = sys::saturated(name.size());
        }
        auto const info = sys::get_info(link, request);
        if (!info) return info.error();
        perf_event_info told{.id = (*info)->id,
                             .program = (*info)->prog_id,
                             .type = (*info)->event_type,
                             .name_size = (*info)->event_type == perf_event_type::unspec ? 0 : (*info)->name_len};
        perf::detail::understand(told, *info, perf::detail::up_to_nul(name));
        return told;
    }
};

} // namespace link_kind

using perf_event_link = basic_link<link_kind::perf_event>;

namespace perf::detail {

[[nodiscard]] inline result<perf_event_link> link(fd_ref<kind::perf_event> event, fd_ref<kind::program> program,
                                                  std::uint64_t cookie) noexcept {
    auto created =
        sys::call(sys::attr::link_create_perf_event{.prog_fd = program, .target_fd = event, .bpf_cookie = cookie});
    if (!created) return created.error();
    return perf_event_link::adopt_unchecked(*std::move(created));
}

// The link keeps the event open: its descriptor has done its work.
[[nodiscard]] inline result<perf_event_link> link(result<owned_fd<kind::perf_event>> const& event,
                                                  fd_ref<kind::program> program, std::uint64_t cookie) noexcept {
    if (!event) return event.error();
    return link(event->borrow(), program, cookie);
}

} // namespace perf::detail

/// An event that the caller has opened.
class opened_perf_event {
  public:
    constexpr opened_perf_event(fd_ref<kind::perf_event> event) noexcept : event_{event} {}
    opened_perf_event(owned_fd<kind::perf_event> const& event) noexcept : event_{event} {}
    opened_perf_event(owned_fd<kind::perf_event> const&&) = delete; // this event closes at once: name the owner

    template <class Missing = void>
    constexpr opened_perf_event() noexcept : event_{fd_ref<kind::perf_event>::from_raw(-1)} {
        static_assert(!std::is_void_v<Missing>, "a perf event hook needs the event: give .event");
    }

    [[nodiscard]] constexpr fd_ref<kind::perf_event> fd() const noexcept { return event_; }

  private:
    fd_ref<kind::perf_event> event_;
};

/// Attaches to an event that the caller has opened, and lets it count. The link keeps the event open; closing the link
/// leaves it open without a program.
/// UAPI: BPF_LINK_CREATE, PERF_EVENT_IOC_ENABLE
/// Since: Linux 5.15; before that `perf::set_program`
/// Errors: EEXIST the event has a program; EINVAL a program of another type than the event takes, or the kernel has no
/// such links; EBADF no perf event; EACCES the program reads beyond the tracepoint's record
/// Costs: two system calls, one more to close where it fails, no allocation
struct perf_event_hook {
    opened_perf_event event;
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts =
        std::same_as<ProgramKind, program_kind::perf_event> || std::same_as<ProgramKind, program_kind::tracepoint> ||
        std::same_as<ProgramKind, program_kind::kprobe>;

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        auto linked = perf::detail::link(event.fd(), program, cookie);
        if (!linked) return linked;
        auto const enabled = perf::enable(event.fd());
        if (!enabled) return enabled.error();
        return linked;
    }
};

} // namespace bpfxx
