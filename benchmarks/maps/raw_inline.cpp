// The instruction itself, where one knows how to write it.

#include "hand_written.hpp"

#include <asm/unistd.h>

#if defined(__x86_64__)

namespace {

struct instruction {
    static long bpf(long command, void* attr, unsigned long size) {
        long answer;
        asm volatile("syscall"
                     : "=a"(answer)
                     : "a"(__NR_bpf), "D"(command), "S"(attr), "d"(size)
                     : "rcx", "r11", "memory");
        return answer;
    }
};

} // namespace

constexpr maps::rival maps::by_inlined_syscall =
    rival_of<hand_written<instruction>>("inlined syscall", "inlined syscall batches");

#elif defined(__aarch64__)

namespace {

struct instruction {
    static long bpf(long command, void* attr, unsigned long size) {
        register long x8 asm("x8") = __NR_bpf;
        register long x0 asm("x0") = command;
        register void* x1 asm("x1") = attr;
        register unsigned long x2 asm("x2") = size;
        asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
        return x0;
    }
};

} // namespace

constexpr maps::rival maps::by_inlined_syscall =
    rival_of<hand_written<instruction>>("inlined syscall", "inlined syscall batches");

#else

constexpr maps::rival maps::by_inlined_syscall{};

#endif
