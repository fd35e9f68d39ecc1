#pragma once
// The running kernel with one system call that fails: of those that some code makes, the n-th is answered as the test
// says instead of being made, and all the others are made. By syscall user dispatch, as in fake/dispatch.hpp: in the
// thread of the test, any system call, x86-64 only.
//
//     auto const calls = support::with_failure({.which = 3, .code = ENOMEM}, [&] { attached.emplace(program.attach(hook)); });
//     CHECK(calls.size() == 7);                        // system calls made, the failed one with them

#include "fake/kernel.hpp"

#include <asm/unistd.h>
#include <cerrno>
#include <cstdint>
#include <sys/socket.h>
#include <vector>

namespace support {

enum class failure_kind {
    refused,   // not made; close(2), which always closes, is made and fails
    lost,      // recvmsg(2) takes the answer and fails all the same; other calls are made
    truncated, // recvmsg(2) says that the answer was longer than the buffer; other calls are made
};

struct failing_call {
    /// 1 is the first; 0 is none.
    std::size_t which = 0;
    int code = 0;
    failure_kind how = failure_kind::refused;
};

struct made_call {
    long number{};
    std::uint64_t first{}, second{};
    long answer{};
};

#if defined(__x86_64__)

class injection {
    using dispatch = fake::dispatch;

  public:
    /// Runs `body` in this thread, which is to make system calls and nothing else worth speaking of.
    template <class Body>
    [[nodiscard]] static std::vector<made_call> run(failing_call const& fails, Body const& body) {
        failing_ = fails;
        count_ = 0;
        arm();
        body();
        dispatch::disarm();
        return {log_, log_ + count_};
    }

  private:
    static constexpr std::size_t capacity = 256;

    static void arm() {
        constexpr unsigned long siginfo = 4, has_restorer = 0x04000000;
        dispatch::kernel_sigaction const ours{handle, siginfo | has_restorer, dispatch::return_path, 0};
        dispatch::rt_sigaction(&ours, &dispatch::previous);
        if (dispatch::prctl_dispatch(true) != 0) dispatch::refuse("prctl(PR_SET_SYSCALL_USER_DISPATCH) failed");
        dispatch::selector = dispatch::block;
    }

    // Not instrumented: what a sanitizer puts at the start of a function may make a system call.
    [[gnu::no_sanitize_address]] static void handle(int, siginfo_t* info, void* context) {
        dispatch::selector = dispatch::allow;
        take(*info, static_cast<ucontext_t*>(context)->uc_mcontext.gregs);
        dispatch::selector = dispatch::block;
    }

    [[gnu::noinline]] static void take(siginfo_t const& info, gregset_t& machine) {
        int const saved_errno = errno;
        if (info.si_syscall == __NR_rt_sigreturn) { // another signal's handler ends: the stack is as that call wants it
            machine[REG_RIP] = reinterpret_cast<greg_t>(&dispatch::return_path);
            return;
        }
        auto const argument = [&](int which) { return static_cast<std::uint64_t>(machine[which]); };
        machine[REG_RAX] = judge(info.si_syscall, {argument(REG_RDI), argument(REG_RSI), argument(REG_RDX),
                                                   argument(REG_R10), argument(REG_R8), argument(REG_R9)});
        errno = saved_errno;
    }

    static long judge(long number, std::array<std::uint64_t, 6> const& arguments) {
        // Most machines read clocks without the kernel, which makes it a call on some and none on others.
        if (number == __NR_clock_gettime) return dispatch::enter(number, arguments);
        if (count_ == capacity) dispatch::refuse("more system calls than are kept: arm around less code");
        auto& call = log_[count_++];
        call = {number, arguments[0], arguments[1], 0};
        return call.answer = count_ == failing_.which ? fail(call, arguments) : dispatch::enter(number, arguments);
    }

    static long fail(made_call const& call, std::array<std::uint64_t, 6> const& arguments) {
        bool const refused = failing_.how == failure_kind::refused;
        if (refused && call.number != __NR_close) return -failing_.code;
        long const answer = dispatch::enter(call.number, arguments);
        if (refused) return -failing_.code;
        if (call.number != __NR_recvmsg) return answer;
        if (failing_.how == failure_kind::lost) return -failing_.code;
        reinterpret_cast<::msghdr*>(arguments[1])->msg_flags |= MSG_TRUNC;
        return answer;
    }

    static inline failing_call failing_{};
    static inline made_call log_[capacity]{};
    static inline std::size_t count_ = 0;
};

#else

struct injection {
    template <class Body>
    [[nodiscard]] static std::vector<made_call> run(failing_call const&, Body const& body) {
        body();
        return {};
    }
};

#endif

/// The system calls of `body`, of which one fails. Ask fake::unavailable() first.
template <class Body>
[[nodiscard]] std::vector<made_call> with_failure(failing_call const& fails, Body const& body) {
    return injection::run(fails, body);
}

} // namespace support
