// BPF-to-BPF calls: static and global, in .text and in the programs' own sections, through each other, and by two programs.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

int total;

static __noinline int leaf(int number) {
    total += number;
    return number * 3;
}

static __noinline int middle(int number) { return leaf(number + 1) + leaf(number + 2); }

__noinline int global_one(int number) { return number > 100 ? 0 : middle(number); }

__noinline int global_two(const __u64 *numbers, int number) { return numbers ? number + *numbers : number; }

__hidden __noinline int hidden_one(int *number) { return *number + 1; }

static __noinline int unused_by_second(int number) { return number ^ total; }

// Nobody calls it: it is in .text and in no program.
__noinline int never_called(int number) { return number + total; }

SEC("raw_tp/sys_enter")
int first(__u64 *context) {
    int number = bpf_get_smp_processor_id();
    return unused_by_second(number) + global_one(number) + hidden_one(&number);
}

SEC("raw_tp/sys_exit")
int second(__u64 *context) {
    int number = bpf_get_smp_processor_id();
    __u64 passed = number;
    return global_two(&passed, number) + leaf(number) + global_one(number);
}

SEC("raw_tp/sys_exit")
int third(__u64 *context) { return 0; }
