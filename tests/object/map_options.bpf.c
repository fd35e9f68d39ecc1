// What a definition may say beside type, key, value and max_entries: sizes instead of types, flags, a node, map_extra.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(key_size, 12);
    __uint(value_size, 20);
    __uint(max_entries, 1000);
    __uint(map_flags, BPF_F_NO_PREALLOC);
} sizes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __uint(map_flags, BPF_F_MMAPABLE | BPF_F_RDONLY_PROG);
    __type(key, __u32);
    __type(value, __u64[8]);
} flags SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2);
    __uint(map_flags, BPF_F_NUMA_NODE);
    __uint(numa_node, 0);
    __type(key, __u32);
    __type(value, __u32);
} node SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __uint(map_extra, 3);
    __type(value, __u32);
} extra SEC(".maps");

// Where the size is left to who loads: perf_event_array has one entry a CPU, `sized_by_user` has to be set.
struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, __u32);
    __type(value, __u32);
} sized_by_user SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 5000); // rounded up to pages, a power of two of them
} odd_ring SEC(".maps");

SEC("raw_tp/sys_enter")
int use(void *context) {
    char key[12] = {};
    __u32 zero = 0;
    __u64 *value = bpf_map_lookup_elem(&flags, &zero);
    if (value && value[3])
        bpf_map_delete_elem(&sizes, key);
    bpf_map_update_elem(&sized_by_user, &zero, &zero, 0);
    bpf_map_update_elem(&node, &zero, &zero, 0);
    return bpf_map_peek_elem(&extra, &zero);
}
