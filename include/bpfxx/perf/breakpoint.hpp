#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/fd.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/link/perf_event.hpp>
#include <bpfxx/perf/attribute.hpp>
#include <bpfxx/perf/event.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/spec/required.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace bpfxx {

/// What is done to the memory: x86 has no breakpoints on reading alone.
/// UAPI: HW_BREAKPOINT_R and its kin
enum class breakpoint_access : std::uint32_t { read = 1, write = 2, read_write = 3, execute = 4 };

/// Where a breakpoint is: in this process by a pointer, elsewhere by number.
class breakpoint_address {
  public:
    constexpr breakpoint_address(std::uint64_t number) noexcept : number_{number} {}
    breakpoint_address(void const volatile* pointer) noexcept : number_{reinterpret_cast<std::uintptr_t>(pointer)} {}

    template <class Missing = void>
    constexpr breakpoint_address() noexcept {
        static_assert(!std::is_void_v<Missing>, "a breakpoint is somewhere: give .address");
    }

    [[nodiscard]] constexpr std::uint64_t number() const noexcept { return number_; }

  private:
    std::uint64_t number_ = 0;
};

/// Attaches to each access of some bytes of memory, by one thread (0 is the calling one) or on one CPU.
/// UAPI: PERF_TYPE_BREAKPOINT, BPF_LINK_CREATE
/// Since: Linux 5.15; from 4.9 on `direct::perf_hook`
/// Errors: EINVAL `length` is not 1, 2, 4 or 8 (to execute: that of a long), `address` no multiple of it, neither thread
/// nor CPU, or the kernel has no such links; ENOSPC the CPU's breakpoints are taken; ENOENT the machine has none;
/// EACCES, EPERM CAP_PERFMON is missing; ESRCH no such thread; ENODEV no such CPU
/// Costs: three system calls, no allocation: the event is opened, linked and closed
struct breakpoint_hook {
    breakpoint_address address;
    required<std::uint64_t> length;
    required<breakpoint_access> access;
    std::optional<std::int32_t> pid{};
    std::optional<std::uint32_t> cpu{};
    std::uint64_t cookie = 0;

    template <class ProgramKind>
    static constexpr bool accepts = std::same_as<ProgramKind, program_kind::perf_event>;

    /// The event alone.
    [[nodiscard]] result<owned_fd<kind::perf_event>> open() const noexcept {
        perf::event_attribute const attribute{.type = perf::event_type::breakpoint,
                                              .sample_period = 1,
                                              .bp_type =
                                                  static_cast<std::uint32_t>(static_cast<breakpoint_access>(access)),
                                              .config1 = address.number(),
                                              .config2 = length};
        return perf::open(attribute, perf::detail::watched(pid, cpu));
    }

    template <class ProgramKind>
    [[nodiscard]] result<perf_event_link> attach_to(fd_ref<kind::program> program) const noexcept {
        return perf::detail::link(open(), program, cookie);
    }
};

} // namespace bpfxx
