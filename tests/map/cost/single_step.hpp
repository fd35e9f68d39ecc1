#pragma once
// Counts the instructions that a function executes in user space, by stepping through it one at a time in a child.
//
// What counts is everything from the function's first instruction to its return, with all that it calls. A system call
// is the one instruction that enters the kernel; a repeated string instruction counts once for each repetition.

#if defined(__x86_64__)

#    include <csignal>
#    include <cstddef>
#    include <cstdint>
#    include <cstdlib>
#    include <stdexcept>
#    include <string>
#    include <sys/ptrace.h>
#    include <sys/user.h>
#    include <sys/wait.h>
#    include <unistd.h>

namespace cost {

class stepped_child {
  public:
    /// A child that stops itself, then runs `body` and ends with what that answers as its exit status.
    template <class Body>
    explicit stepped_child(Body const& body) : child_{fork()} {
        if (child_ == -1) throw std::runtime_error{"fork(2) failed"};
        if (child_ == 0) {
            if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(EXIT_FAILURE);
            raise(SIGSTOP);
            _exit(body());
        }
        wait_for(SIGSTOP);
    }
    stepped_child(stepped_child const&) = delete;
    stepped_child& operator=(stepped_child const&) = delete;
    ~stepped_child() {
        if (ended_) return;
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }

    /// From here to the function's return.
    std::size_t instructions_of(std::uintptr_t function) {
        while (registers().rip != function) step();
        auto const stack = registers().rsp;
        auto const back_at = static_cast<std::uint64_t>(ptrace(PTRACE_PEEKDATA, child_, stack, nullptr));
        std::size_t count = 0;
        for (auto now = registers(); now.rip != back_at || now.rsp <= stack; now = registers()) {
            step();
            ++count;
        }
        return count;
    }

    /// Lets the child run to its end.
    int exit_status() {
        ptrace(PTRACE_CONT, child_, nullptr, nullptr);
        int status = 0;
        waitpid(child_, &status, 0);
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    void step() {
        ptrace(PTRACE_SINGLESTEP, child_, nullptr, nullptr);
        wait_for(SIGTRAP);
    }

    void wait_for(int signal) {
        int status = 0;
        if (waitpid(child_, &status, 0) == child_ && WIFSTOPPED(status) && WSTOPSIG(status) == signal) return;
        ended_ = !WIFSTOPPED(status);
        throw std::runtime_error{"the child did not stop as asked, its status is " + std::to_string(status)};
    }

    user_regs_struct registers() const {
        user_regs_struct now{};
        ptrace(PTRACE_GETREGS, child_, nullptr, &now);
        return now;
    }

    pid_t child_;
    bool ended_ = false;
};

} // namespace cost

#endif
