#pragma once
// tracefs where the library looks for it, mounted in a mount namespace of the test's own where it is not there.

#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// False where there is none and none can be mounted.
[[nodiscard]] inline bool has_tracefs() {
    static bool const mounted = [] {
        if (access("/sys/kernel/tracing/events", F_OK) == 0) return true;
        if (unshare(CLONE_NEWNS) != 0) return false;
        if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
        return mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr) == 0;
    }();
    return mounted;
}

/// A file of tracefs.
[[nodiscard]] inline std::string read_tracefs(char const* name) {
    std::string text;
    int const file = open((std::string{"/sys/kernel/tracing/"} + name).c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[4096];
    for (long got = 0; (got = read(file, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    if (file >= 0) close(file);
    return text;
}

/// In a child process: takes tracefs away from the library. False where that cannot be.
[[nodiscard]] inline bool hide_tracefs() {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    return mount("none", "/sys/kernel/tracing", "tmpfs", 0, nullptr) == 0 &&
           mount("none", "/sys/kernel/debug", "tmpfs", 0, nullptr) == 0;
}

/// After that: gives it back where it was before Linux 4.1.
[[nodiscard]] inline bool mount_old_tracefs() {
    return mkdir("/sys/kernel/debug/tracing", 0700) == 0 &&
           mount("tracefs", "/sys/kernel/debug/tracing", "tracefs", 0, nullptr) == 0;
}

/// What `what` returns in a child process, as its exit status.
template <class What>
[[nodiscard]] int in_child(What what) {
    pid_t const child = fork();
    if (child == 0) _exit(what());
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace support
