// Counts what is not time: bytes of the heap, system calls, and what a stripped program weighs.
#include "costs.hpp"
#include "rival.hpp"

#include <malloc.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

extern "C" {
void* __libc_malloc(std::size_t) noexcept; // NOLINT(bugprone-reserved-identifier): glibc's own
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void __libc_free(void*) noexcept;
}

namespace {

// Of the whole process: what libraries allocate counts, too.
std::atomic<long> in_use{0};
std::atomic<long> most_in_use{0};

void* counted(void* made) noexcept {
    long const now = in_use += static_cast<long>(::malloc_usable_size(made));
    if (now > most_in_use) most_in_use = now;
    return made;
}

} // namespace

// Instead of libc's, for this program and its libraries.
extern "C" {
void* malloc(std::size_t size) noexcept { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) noexcept { return counted(__libc_calloc(count, size)); }
void* realloc(void* old, std::size_t size) noexcept {
    in_use -= static_cast<long>(::malloc_usable_size(old));
    return counted(__libc_realloc(old, size));
}
void free(void* old) noexcept {
    in_use -= static_cast<long>(::malloc_usable_size(old));
    __libc_free(old);
}
}

namespace objects {

namespace {

struct calls {
    long all = -1;
    long bpf = -1;
};

/// What a child calls between its stop and its end.
calls count_until_end(::pid_t child) {
    calls made{-1, 0}; // exit_group is no part of it
    int status = 0;
    int signal = 0;
    for (;;) {
        if (::ptrace(PTRACE_SYSCALL, child, nullptr, signal) != 0 || ::waitpid(child, &status, 0) != child) return {};
        if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? made : calls{};
        if (!WIFSTOPPED(status)) return {};
        signal = 0;
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            signal = WSTOPSIG(status);
            continue;
        }
        __ptrace_syscall_info info{};
        if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0) return {};
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
        ++made.all;
        made.bpf += info.entry.nr == SYS_bpf ? 1 : 0;
    }
}

/// In a process of its own, which has loaded nothing before.
calls count_calls(loop object) {
    ::pid_t const child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        ::_exit(object(how_far::load, 1) ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return {};
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    return count_until_end(child);
}

/// Bytes of the heap at once, beyond what was there.
long peak_heap(loop object) {
    int channel[2];
    if (::pipe(channel) != 0) return -1;
    ::pid_t const child = ::fork();
    if (child == 0) {
        long const before = in_use;
        most_in_use = before;
        long const peak = object(how_far::load, 1) ? most_in_use - before : -1;
        ::_exit(::write(channel[1], &peak, sizeof peak) == sizeof peak ? 0 : 1);
    }
    long peak = -1;
    ::close(channel[1]);
    if (::read(channel[0], &peak, sizeof peak) != sizeof peak) peak = -1;
    ::close(channel[0]);
    if (child > 0) ::waitpid(child, nullptr, 0);
    return peak;
}

/// Built beside this program.
long size_of_program(std::string const& name) {
    char path[4096];
    auto const size = ::readlink("/proc/self/exe", path, sizeof path);
    if (size <= 0) return -1;
    std::string beside{path, static_cast<std::size_t>(size)};
    beside.resize(beside.rfind('/') + 1);
    struct stat status{};
    return ::stat((beside + name).c_str(), &status) == 0 ? static_cast<long>(status.st_size) : -1;
}

bool print_row(std::string const& what, rival const& ours, long our_count, rival const& other, long other_count) {
    std::printf("%-22s  %-14s  %12ld  %-12s  %12ld\n", what.c_str(), ours.name, our_count, other.name, other_count);
    return our_count >= 0 && other_count >= 0;
}

bool print_costs_of(std::string const& what, rival const& ours, rival const& other, loop rival::* object) {
    auto const our_calls = count_calls(ours.*object), other_calls = count_calls(other.*object);
    bool done = print_row(what + " heap bytes", ours, peak_heap(ours.*object), other, peak_heap(other.*object));
    done = print_row(what + " bpf calls", ours, our_calls.bpf, other, other_calls.bpf) && done;
    return print_row(what + " all calls", ours, our_calls.all, other, other_calls.all) && done;
}

} // namespace

bool print_costs(rival const& ours, rival const& other) {
    std::printf("what  bpfxx  count  other  count\n");
    std::fflush(stdout);
    bool done = print_costs_of("small", ours, other, &rival::small);
    done = print_costs_of("CO-RE", ours, other, &rival::relocated) && done;
    for (std::string const kind : {"dynamic", "static"})
        done = print_row("small " + kind + " program", ours, size_of_program("size_bpfxx_" + kind), other,
                         size_of_program("size_libbpf_" + kind)) &&
               done;
    std::fflush(stdout);
    return done;
}

} // namespace objects
