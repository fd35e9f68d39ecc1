#pragma once
// How a piece of code ends that is expected to end the program: what it says on standard error, and its wait status.

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace ground_test {

struct ending {
    std::string said;
    int status = 0;

    [[nodiscard]] bool aborted() const { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }
};

/// Runs it in a child; what comes back from it says so with status 0.
template <class Code>
ending end_of(Code code) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return {.said = "no pipe"};
    std::fflush(nullptr);
    pid_t const child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        std::signal(SIGABRT, SIG_DFL);
        code();
        _exit(0);
    }
    close(ends[1]);
    ending found;
    std::array<char, 256> part{};
    for (ssize_t size; (size = read(ends[0], part.data(), part.size())) > 0;)
        found.said.append(part.data(), static_cast<std::size_t>(size));
    close(ends[0]);
    waitpid(child, &found.status, 0);
    return found;
}

} // namespace ground_test
