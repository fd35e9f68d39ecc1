// Functions as values: for each entry of a map, in a loop, at a timer's end; the same one twice, and one that calls another.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} numbers SEC(".maps");

__u64 sum;
int rounds;

static __noinline void add(__u64 number) { sum += number; }

static long for_entry(void *map, __u32 *key, __u64 *value, void *context) {
    add(*value);
    return 0;
}

static long for_round(__u32 index, void *context) {
    rounds += 1;
    return index > 5;
}

SEC("raw_tp/sys_enter")
int walk(void *context) {
    bpf_for_each_map_elem(&numbers, for_entry, 0, 0);
    bpf_loop(10, for_round, 0, 0);
    bpf_loop(20, for_round, 0, 0);
    return 0;
}

SEC("raw_tp/sys_exit")
int again(void *context) {
    bpf_loop(3, for_round, 0, 0);
    return 0;
}
