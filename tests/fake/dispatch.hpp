#pragma once
// How fake/kernel.hpp gets between: prctl(PR_SET_SYSCALL_USER_DISPATCH) with a selector byte, and a SIGSYS handler with
// a return path of its own.
//
// The handler sets the selector to "allow" so that its own system calls pass, and back to "block" when it ends; the
// rt_sigreturn after that is a system call too, and passes because its code is the one range that is always allowed.

#include "fake/kernel.hpp"

#if defined(__x86_64__)

#    include <asm/unistd.h>
#    include <cerrno>
#    include <csignal>
#    include <cstdio>
#    include <cstdlib>
#    include <sys/prctl.h>
#    include <ucontext.h>

namespace fake {

struct dispatch {
    static constexpr int set_user_dispatch = 59; // PR_SET_SYSCALL_USER_DISPATCH
    static constexpr unsigned char allow = 0;
    static constexpr unsigned char block = 1;
    static constexpr int from_user_dispatch = 2; // si_code SYS_USER_DISPATCH
    static constexpr std::size_t return_path_size = 16;

    struct kernel_sigaction { // what rt_sigaction(2) takes; glibc's differs
        void (*handler)(int, siginfo_t*, void*);
        unsigned long flags;
        void (*restorer)();
        std::uint64_t mask;
    };

    static inline unsigned char volatile selector = allow;
    static inline kernel* active = nullptr;
    static inline kernel_sigaction previous{};

    static long enter(long number, std::array<std::uint64_t, 6> const& a) {
        long answer;
        register std::uint64_t r10 asm("r10") = a[3];
        register std::uint64_t r8 asm("r8") = a[4];
        register std::uint64_t r9 asm("r9") = a[5];
        asm volatile("syscall"
                     : "=a"(answer)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
        return answer;
    }

    // These very bytes, so that unwinders know a signal frame when they see one.
    [[gnu::naked, gnu::noinline]] static void return_path() { asm volatile("movq $15, %rax\n\tsyscall\n\tud2"); }

    [[noreturn]] static void refuse(char const* sentence) {
        std::fprintf(stderr, "fake::kernel: %s\n", sentence);
        std::abort();
    }

    static void set_handler() {
        constexpr unsigned long siginfo = 4;
        constexpr unsigned long has_restorer = 0x04000000;
        kernel_sigaction const ours{handle, siginfo | has_restorer, return_path, 0};
        rt_sigaction(&ours, &previous);
    }

    static void rt_sigaction(kernel_sigaction const* set, kernel_sigaction* old) {
        enter(__NR_rt_sigaction, {SIGSYS, reinterpret_cast<std::uint64_t>(set), reinterpret_cast<std::uint64_t>(old),
                                  sizeof(std::uint64_t), 0, 0});
    }

    static int prctl_dispatch(bool on) {
        auto const start = on ? reinterpret_cast<unsigned long>(&return_path) : 0UL;
        auto const selector_byte = on ? const_cast<unsigned char*>(&selector) : nullptr;
        return prctl(set_user_dispatch, on ? 1UL : 0UL, start, on ? return_path_size : 0UL, selector_byte);
    }

    // Not instrumented: what a sanitizer puts at the start of a function may make a system call.
    [[gnu::no_sanitize_address]] static void handle(int, siginfo_t* info, void* context) {
        selector = allow;
        take(*info, *static_cast<ucontext_t*>(context));
        selector = block;
    }

    [[gnu::noinline]] static void take(siginfo_t const& info, ucontext_t& context) {
        int const saved_errno = errno;
        if (info.si_code != from_user_dispatch || active == nullptr) refuse("SIGSYS from somewhere else (seccomp?)");
        auto& machine = context.uc_mcontext.gregs;
        logged_call call;
        call.number = info.si_syscall;
        call.arguments = {static_cast<std::uint64_t>(machine[REG_RDI]), static_cast<std::uint64_t>(machine[REG_RSI]),
                          static_cast<std::uint64_t>(machine[REG_RDX]), static_cast<std::uint64_t>(machine[REG_R10]),
                          static_cast<std::uint64_t>(machine[REG_R8]),  static_cast<std::uint64_t>(machine[REG_R9])};
        // Where another signal's handler ends, the stack is as this system call wants it: it is made from the return path.
        if (call.number == __NR_rt_sigreturn)
            machine[REG_RIP] = reinterpret_cast<greg_t>(&return_path);
        else
            machine[REG_RAX] = call.number == __NR_bpf ? show(call) : pass(call, context);
        errno = saved_errno;
    }

    static long show(logged_call& call) {
        call.bpf = true;
        call.command = static_cast<std::uint32_t>(call.arguments[0]);
        call.size = static_cast<std::uint32_t>(call.arguments[2]);
        if (call.arguments[1] >= 4096)
            std::memcpy(call.bytes.data(), reinterpret_cast<void const*>(call.arguments[1]), call.attr().size());
        auto const place = active->count_;
        log(call);
        bpf_call shown{call};
        return keep(place, ask(shown));
    }

    static long ask(bpf_call& call) noexcept {
        return active->answers_(call);
    } // an exception ends here, with its words

    static long pass(logged_call const& call, ucontext_t& context) {
        auto const place = active->count_;
        log(call);
        if (call.number == __NR_vfork || call.number == __NR_clone3 || (call.number == __NR_clone && call.arguments[1]))
            refuse("a thread or process is started on a stack of its own: start it before arming, or stop() first");
        if (call.number == __NR_rt_sigprocmask) return keep(place, change_mask(call, context));
        return keep(place, enter(call.number, call.arguments));
    }

    // The mask that counts is the one in the saved context: the return path puts it in force.
    static long change_mask(logged_call const& call, ucontext_t& context) {
        auto const mask = reinterpret_cast<std::uint64_t>(&context.uc_sigmask);
        std::uint64_t ours = 0;
        auto const size = std::uint64_t{sizeof ours};
        enter(__NR_rt_sigprocmask, {SIG_SETMASK, mask, reinterpret_cast<std::uint64_t>(&ours), size, 0, 0});
        long const answer = enter(__NR_rt_sigprocmask, call.arguments);
        enter(__NR_rt_sigprocmask, {SIG_SETMASK, reinterpret_cast<std::uint64_t>(&ours), mask, size, 0, 0});
        sigdelset(&context.uc_sigmask, SIGSYS); // blocked, the next system call would kill the process
        return answer;
    }

    static void log(logged_call const& call) {
        if (active->count_ == log_capacity) refuse("more system calls than the log holds: arm around less code");
        active->log_[active->count_++] = call;
    }

    static long keep(std::size_t place, long result) {
        active->log_[place].result = result;
        return result;
    }

    static void arm(kernel& kernel) {
        active = &kernel;
        set_handler();
        if (prctl_dispatch(true) != 0) refuse("prctl(PR_SET_SYSCALL_USER_DISPATCH) failed");
        selector = block;
    }

    static void disarm() {
        selector = allow;
        prctl_dispatch(false);
        rt_sigaction(&previous, nullptr);
    }
};

inline long bpf_call::pass_through() const { return dispatch::enter(number, arguments); }

inline char const* unavailable() {
    static bool const works = [] {
        bool const on = dispatch::prctl_dispatch(true) == 0; // the selector is at "allow"
        if (on) dispatch::prctl_dispatch(false);
        return on;
    }();
    return works ? nullptr : "this kernel has no syscall user dispatch (Linux 5.11, CONFIG_GENERIC_ENTRY)";
}

inline kernel::kernel(std::function<long(bpf_call&)> answers) : answers_{std::move(answers)}, log_(log_capacity) {
    if (dispatch::active != nullptr) throw std::logic_error{"one fake::kernel at a time"};
    if (auto const* reason = unavailable()) throw std::runtime_error{reason};
    dispatch::arm(*this);
}

inline kernel::~kernel() {
    if (dispatch::selector == dispatch::block) dispatch::disarm();
    dispatch::active = nullptr;
}

inline void kernel::stop() {
    if (dispatch::selector == dispatch::block) dispatch::disarm();
}

inline void kernel::start() {
    if (dispatch::selector == dispatch::allow) dispatch::arm(*this);
}

} // namespace fake

#else // other machines: what asks `unavailable()` first never gets here

#    include <cstdlib>

namespace fake {

inline char const* unavailable() { return "syscall user dispatch is only known for x86-64 here"; }
inline long bpf_call::pass_through() const { std::abort(); }
inline kernel::kernel(std::function<long(bpf_call&)>) { throw std::runtime_error{unavailable()}; }
inline kernel::~kernel() = default;
inline void kernel::stop() {}
inline void kernel::start() {}

} // namespace fake

#endif

namespace fake {

inline std::span<logged_call const> kernel::calls() const { return {log_.data(), count_}; }

inline std::size_t kernel::bpf_calls() const {
    return static_cast<std::size_t>(std::ranges::count_if(calls(), &logged_call::bpf));
}

inline logged_call const& kernel::only_bpf() const {
    if (count_ != 1) throw std::logic_error{std::to_string(count_) + " system calls were made, not one"};
    if (!log_[0].bpf) throw std::logic_error{"system call " + std::to_string(log_[0].number) + " was made, not bpf(2)"};
    return log_[0];
}

} // namespace fake
