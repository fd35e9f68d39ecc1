// One program that the verifier refuses, beside two that it takes: the log says where, in lines of C.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} numbers SEC(".maps");

SEC("raw_tp/sys_enter")
int forgets_to_ask(void *context) {
    __u32 zero = 0;
    __u64 *number = bpf_map_lookup_elem(&numbers, &zero);
    *number += 1; // may be null
    return 0;
}

SEC("raw_tp/sys_exit")
int asks(void *context) {
    __u32 zero = 0;
    __u64 *number = bpf_map_lookup_elem(&numbers, &zero);
    if (number)
        *number += 1;
    return 0;
}

SEC("raw_tp/sys_exit")
int removes(void *context) {
    __u32 zero = 0;
    return bpf_map_delete_elem(&numbers, &zero);
}
