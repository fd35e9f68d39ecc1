#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/result.hpp>
#include <bpfxx/sys/attr/common.hpp>

#include <asm/unistd.h>

#include <concepts>
#include <cstdint>
#include <type_traits>

#if !defined(__x86_64__) && !defined(__aarch64__) && !(defined(__riscv) && __riscv_xlen == 64)
#    include <cerrno>
#    include <unistd.h>
#endif

namespace bpfxx::sys {

namespace detail {

// The one place where bpfxx enters the kernel. The instruction is inlined: no call, no errno variable, and no `ret`
// between two system calls, which processors with return-stack mitigations punish. The answer is the kernel's own:
// a value, or a negative errno in [-4095, -1].
#if defined(__x86_64__)

[[gnu::always_inline]] inline long enter(long number, long a, long b, long c) noexcept {
    long answer;
    asm volatile("syscall" : "=a"(answer) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return answer;
}

[[gnu::always_inline]] inline long enter(long number, long a, long b, long c, long d, long e) noexcept {
    long answer;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    asm volatile("syscall"
                 : "=a"(answer)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                 : "rcx", "r11", "memory");
    return answer;
}

#elif defined(__aarch64__)

[[gnu::always_inline]] inline long enter(long number, long a, long b, long c, long d = 0, long e = 0) noexcept {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory", "cc");
    return x0;
}

#elif defined(__riscv) && __riscv_xlen == 64

[[gnu::always_inline]] inline long enter(long number, long a, long b, long c, long d = 0, long e = 0) noexcept {
    register long a7 asm("a7") = number;
    register long a0 asm("a0") = a;
    register long a1 asm("a1") = b;
    register long a2 asm("a2") = c;
    register long a3 asm("a3") = d;
    register long a4 asm("a4") = e;
    asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4) : "memory");
    return a0;
}

#else

inline long enter(long number, long a, long b, long c, long d = 0, long e = 0) noexcept {
    int const saved = errno;
    long const answer = ::syscall(number, a, b, c, d, e);
    if (answer != -1) return answer;
    long const failed = -errno;
    errno = saved;
    return failed;
}

#endif

constexpr bool is_failure(long answer) noexcept {
    return static_cast<unsigned long>(answer) >= static_cast<unsigned long>(-4095L);
}

constexpr error failure(long answer, command during) noexcept {
    return {static_cast<errc>(static_cast<std::int32_t>(-answer)), during};
}

template <class Attribute>
concept returns_nothing = std::is_void_v<typename Attribute::returns>;

/// The attribute itself turns the kernel's answer, or what the kernel wrote into it, into the result.
template <class Attribute>
concept answers = requires(Attribute const& attribute, long answer) {
    { attribute.answer(answer) } -> std::same_as<typename Attribute::returns>;
};

} // namespace detail

/// An attribute struct of one command: says which (`during`), what the call returns (`returns`), has every byte named.
template <class A>
concept attribute =
    std::is_class_v<A> && std::is_trivially_copyable_v<A> && std::has_unique_object_representations_v<A> && requires {
        { A::during } -> std::convertible_to<command>;
        typename A::returns;
    };

/// An attribute that the kernel writes to and whose answer the call does not return by itself, so it has to outlive it.
template <class A>
concept attribute_written_by_kernel = attribute<A> && requires { requires A::read_after_call; };

/// An attribute that the kernel writes to, whether or not the call itself returns what was written.
template <class A>
concept attribute_not_constant = attribute_written_by_kernel<A> || (attribute<A> && detail::answers<A>);

namespace detail {

template <attribute A>
[[gnu::always_inline]] inline result<typename A::returns> understand(A const& attribute, long answer) noexcept {
    if (is_failure(answer)) [[unlikely]]
        return failure(answer, A::during);
    if constexpr (returns_nothing<A>)
        return outcome::success();
    else if constexpr (answers<A>)
        return attribute.answer(answer);
    else
        return A::returns::from_kernel(static_cast<int>(answer), A::during);
}

} // namespace detail

/// Enters the kernel once with one command.
///
/// The result follows from the attribute: an owned descriptor, a value, or nothing. Only the struct's own bytes are
/// passed, so a kernel that knows fewer fields takes it as long as the fields it does not know are zero.
/// UAPI: bpf(2)
/// Errors: E2BIG a field that this kernel does not know is not zero; EINVAL unknown command; the rest by command
/// Costs: one system call, no allocation; two more should the kernel hand out descriptor 0
template <attribute A>
[[nodiscard, gnu::always_inline]] inline result<typename A::returns> call(A& attribute) noexcept {
    long const answer = detail::enter(__NR_bpf, static_cast<long>(A::during), reinterpret_cast<long>(&attribute),
                                      static_cast<long>(sizeof(A)));
    return detail::understand(attribute, answer);
}

template <attribute A>
    requires(!attribute_written_by_kernel<A> && (!std::is_const_v<A> || !attribute_not_constant<A>))
[[nodiscard, gnu::always_inline]] inline result<typename A::returns> call(A&& attribute) noexcept {
    return call<A>(attribute);
}

template <attribute A>
    requires attribute_written_by_kernel<A>
void call(A&& attribute) = delete; // the kernel writes its answer into this attribute: pass a variable, not a temporary

template <attribute_not_constant A>
void call(A const& attribute) = delete; // the kernel writes its answer into this attribute: it cannot be const

template <class A>
    requires(!attribute<std::remove_cvref_t<A>>)
void call(A&& attribute) = delete; // this is no attribute struct of a command: sys::attr has one for each command

/// The same with the attribute that all commands share, for kernels that write a log for every command.
/// Since: Linux 7.1
/// Errors: EINVAL the kernel does not know the common attribute (or the command)
/// Costs: one system call, no allocation
template <attribute A>
    requires(!std::is_const_v<A> || !attribute_not_constant<A>)
[[nodiscard]] inline result<typename A::returns> call(A& attribute, common_attr& common) noexcept {
    long const answer =
        detail::enter(__NR_bpf, static_cast<long>(A::during) | common_attrs_flag, reinterpret_cast<long>(&attribute),
                      static_cast<long>(sizeof(A)), reinterpret_cast<long>(&common), static_cast<long>(sizeof(common)));
    return detail::understand(attribute, answer);
}

} // namespace bpfxx::sys
