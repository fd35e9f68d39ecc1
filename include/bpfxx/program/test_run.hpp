#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/test_context.hpp>
#include <bpfxx/program/verdict.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/saturated.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace bpfxx {

/// What came out of a run of a program of type Kind.
template <program_tag Kind>
struct test_run_result {
    /// What the program left in r0.
    std::uint32_t retval = 0;
    /// The average of one repetition; 0 where the kernel does not measure the type.
    std::uint32_t duration_ns = 0;
    /// How long the data and the context are afterwards, whether or not there was room for them.
    std::uint32_t data_size = 0;
    std::uint32_t context_size = 0;

    /// What the program decided, in the words of its type: `xdp_action::drop`.
    [[nodiscard]] constexpr verdict_of<Kind> verdict() const noexcept
        requires has_verdict<Kind>
    {
        return static_cast<verdict_of<Kind>>(retval);
    }
};

/// What a program of type Kind is run on. Everything is borrowed; what a type of program does not take, the kernel
/// refuses.
template <program_tag Kind>
struct test_run_options {
    /// The packet: at least an Ethernet header, 14 bytes, for the types that have one.
    std::span<std::byte const> data{};
    std::span<std::byte> data_out{};
    /// The program's context: a `test_context<Kind>` such as `xdp_context`, the arguments of a raw tracepoint, or bytes.
    lent_context<Kind, std::byte const> context{};
    lent_context<Kind, std::byte> context_out{};
    /// How often, one after the other; 0 is once.
    std::uint32_t repeat = 0;
    test_run_flags flags{};
    /// The processor that a raw tracepoint program runs on. Since: Linux 5.10
    std::optional<std::uint32_t> cpu{};
    /// With `test_run_flags::xdp_live_frames`, packets at a time. Since: Linux 5.18
    std::uint32_t batch_size = 0;
};

namespace detail {

template <program_type... Type>
constexpr bool is_one_of(program_type wanted) noexcept {
    return ((wanted == Type) || ...);
}

} // namespace detail

/// The types of programs that the kernel runs on request, given data or a context that it only reads.
template <class Kind>
concept test_runnable =
    detail::is_one_of<program_type::socket_filter, program_type::sched_cls, program_type::sched_act, program_type::xdp,
                      program_type::cgroup_skb, program_type::lwt_in, program_type::lwt_out, program_type::lwt_xmit,
                      program_type::lwt_seg6local, program_type::sk_skb, program_type::sk_lookup,
                      program_type::flow_dissector, program_type::netfilter, program_type::raw_tracepoint,
                      program_type::raw_tracepoint_writable, program_type::tracing, program_type::struct_ops>(
        Kind::type);

/// Runs a program once or `repeat` times on what the options give, and waits for it.
/// UAPI: BPF_PROG_TEST_RUN, also called BPF_PROG_RUN
/// Since: Linux 4.12 for packets; contexts 5.2, raw tracepoints 5.10, sk_lookup 5.13, netfilter 6.4
/// Errors: EINVAL data too short, or an option that the type does not take; ENOSPC an output does not fit: without it
/// `data_size` and `context_size` say the need; EINTR a signal came between repetitions; 524 this kernel cannot
/// Costs: one system call, no allocation in user space
template <program_tag Kind>
    requires test_runnable<Kind>
[[nodiscard]] result<test_run_result<Kind>>
test_run(program<Kind> const& which, std::type_identity_t<test_run_options<Kind>> const& options = {}) noexcept {
    sys::attr::prog_test_run attribute{
        .prog_fd = which.fd(),
        .data_size_in = sys::saturated(options.data.size()),
        .data_size_out = sys::saturated(options.data_out.size()),
        .data_in = options.data.data(),
        .data_out = options.data_out.data(),
        .repeat = options.repeat,
        .ctx_size_in = sys::saturated(options.context.bytes().size()),
        .ctx_size_out = sys::saturated(options.context_out.bytes().size()),
        .ctx_in = options.context.bytes().data(),
        .ctx_out = options.context_out.bytes().data(),
        .flags = options.cpu ? options.flags | test_run_flags::run_on_cpu : options.flags,
        .cpu = options.cpu.value_or(0),
        .batch_size = options.batch_size,
    };
    auto const called = sys::call(attribute);
    if (!called) return called.error();
    return test_run_result<Kind>{
        .retval = attribute.retval,
        .duration_ns = attribute.duration,
        .data_size = attribute.data_size_out,
        .context_size = attribute.ctx_size_out,
    };
}

template <program_tag Kind>
    requires(!test_runnable<Kind> && Kind::type != program_type::syscall)
void test_run(program<Kind> const&, auto const&...) = delete; // the kernel runs no programs of this type on request

namespace detail {

[[nodiscard]] inline result<std::uint32_t> run_on_context(fd_ref<kind::program> which,
                                                          std::span<std::byte> context) noexcept {
    sys::attr::prog_test_run attribute{
        .prog_fd = which,
        .ctx_size_in = sys::saturated(context.size()),
        .ctx_in = context.data(),
    };
    auto const called = sys::call(attribute);
    if (!called) return called.error();
    return attribute.retval;
}

} // namespace detail

/// Runs a `syscall` program, whose context is nothing.
/// UAPI: BPF_PROG_RUN
/// Since: Linux 5.14
/// Errors: EINVAL the program reads a context
/// Costs: one system call, no allocation
[[nodiscard]] inline result<std::uint32_t> test_run(syscall_program const& which) noexcept {
    return detail::run_on_context(which.fd(), {});
}

/// Runs a `syscall` program on a context of the caller's, whose bytes it reads and writes, and gives what it left in r0.
/// UAPI: BPF_PROG_RUN
/// Since: Linux 5.14
/// Errors: EINVAL the context is shorter than what the program reads, or longer than 65,535 bytes; EFAULT
/// Costs: one system call, no allocation in user space; the kernel copies the context in and out
[[nodiscard]] inline result<std::uint32_t> test_run(syscall_program const& which,
                                                    std::span<std::byte> context) noexcept {
    return detail::run_on_context(which.fd(), context);
}

/// The same on an object as the context.
template <class Context>
    requires(std::is_class_v<Context> && std::is_trivially_copyable_v<Context> && !std::is_const_v<Context> &&
             !std::convertible_to<Context&, std::span<std::byte>>)
[[nodiscard]] result<std::uint32_t> test_run(syscall_program const& which, Context& context) noexcept {
    static_assert(sizeof(Context) <= 0xffff, "the context of a syscall program has at most 65,535 bytes");
    return detail::run_on_context(which.fd(), std::as_writable_bytes(std::span{&context, 1}));
}

template <class Context>
    requires(std::is_const_v<Context>)
void test_run(syscall_program const&, Context&) = delete; // the program writes into its context: it cannot be const

} // namespace bpfxx
