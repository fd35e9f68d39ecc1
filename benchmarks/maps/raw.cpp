// libc's syscall().

#include "hand_written.hpp"

#include <asm/unistd.h>
#include <unistd.h>

namespace {

struct libc {
    static long bpf(long command, void* attr, unsigned long size) {
        long const answer = syscall(__NR_bpf, command, attr, size);
        return answer == -1 ? -errno : answer;
    }
};

} // namespace

constexpr maps::rival maps::by_syscall = rival_of<hand_written<libc>>("syscall()", "syscall() batches");
