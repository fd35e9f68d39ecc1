// One map of each kind that can be made without another object, as BTF definitions.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct flow {
    __u32 source;
    __u32 destination;
};
struct prefix {
    __u32 length;
    __u8 address[4];
};

#define KEYED(name, kind, entries, key_type, value_type)                                                                \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, entries);                                                                                  \
        __type(key, key_type);                                                                                         \
        __type(value, value_type);                                                                                     \
    } name SEC(".maps")

KEYED(hash, HASH, 16, struct flow, __u64);
KEYED(lru_hash, LRU_HASH, 16, struct flow, __u64);
KEYED(percpu_hash, PERCPU_HASH, 16, struct flow, __u64);
KEYED(lru_percpu_hash, LRU_PERCPU_HASH, 16, struct flow, __u64);
KEYED(array, ARRAY, 4, __u32, struct flow);
KEYED(percpu_array, PERCPU_ARRAY, 4, __u32, __u64);
KEYED(cgroup_array, CGROUP_ARRAY, 2, __u32, __u32);
KEYED(sockmap, SOCKMAP, 2, __u32, __u32);
KEYED(sockhash, SOCKHASH, 2, struct flow, __u64);
KEYED(devmap, DEVMAP, 2, __u32, __u32);
KEYED(devmap_hash, DEVMAP_HASH, 2, __u32, __u32);
KEYED(cpumap, CPUMAP, 2, __u32, __u32);
KEYED(xskmap, XSKMAP, 2, __u32, __u32);
KEYED(reuseport_sockarray, REUSEPORT_SOCKARRAY, 2, __u32, __u64);
KEYED(prog_array, PROG_ARRAY, 2, __u32, __u32);
KEYED(perf_event_array, PERF_EVENT_ARRAY, 0, __u32, __u32);
KEYED(stack_trace, STACK_TRACE, 8, __u32, __u64[16]);

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 8);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} lpm_trie SEC(".maps");

#define KEYLESS(name, kind, entries)                                                                                   \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, entries);                                                                                  \
        __type(value, __u64);                                                                                          \
    } name SEC(".maps")

KEYLESS(queue, QUEUE, 8);
KEYLESS(stack, STACK, 8);
KEYLESS(bloom_filter, BLOOM_FILTER, 8);

#define RING(name, kind)                                                                                               \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(max_entries, 4096);                                                                                     \
    } name SEC(".maps")

RING(ringbuf, RINGBUF);
RING(user_ringbuf, USER_RINGBUF);

#define STORAGE(name, kind)                                                                                            \
    struct {                                                                                                           \
        __uint(type, BPF_MAP_TYPE_##kind);                                                                             \
        __uint(map_flags, BPF_F_NO_PREALLOC);                                                                          \
        __type(key, int);                                                                                              \
        __type(value, struct flow);                                                                                    \
    } name SEC(".maps")

STORAGE(sk_storage, SK_STORAGE);
STORAGE(task_storage, TASK_STORAGE);
STORAGE(inode_storage, INODE_STORAGE);
STORAGE(cgrp_storage, CGRP_STORAGE);

SEC("raw_tp/sys_enter")
int uses_some(void *context) {
    struct flow flow = {1, 2};
    __u64 one = 1;
    __u32 zero = 0;
    bpf_map_update_elem(&hash, &flow, &one, BPF_ANY);
    bpf_map_push_elem(&queue, &one, BPF_ANY);
    __u64 *counted = bpf_map_lookup_elem(&percpu_array, &zero);
    if (counted)
        *counted += 1;
    struct flow *seen = bpf_map_lookup_elem(&array, &zero);
    if (seen)
        *seen = flow;
    bpf_ringbuf_output(&ringbuf, &flow, sizeof flow, 0);
    return 0;
}
