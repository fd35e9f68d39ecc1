// Pinned by name: opened where it is there already, else made and pinned.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(pinning, LIBBPF_PIN_BY_NAME);
    __type(key, __u32);
    __type(value, __u64);
} pinned_counter SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(pinning, LIBBPF_PIN_NONE);
    __type(key, __u32);
    __type(value, __u64);
} not_pinned SEC(".maps");

SEC("raw_tp/sys_enter")
int count(void *context) {
    __u32 zero = 0;
    __u64 *counter = bpf_map_lookup_elem(&pinned_counter, &zero);
    if (counter)
        __sync_fetch_and_add(counter, 1);
    return 0;
}
