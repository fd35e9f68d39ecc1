// Sizes that the definition of an inner map leaves to the loader.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
            __uint(key_size, 4);
            __uint(value_size, 4);
        });
} events_of_each SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
            __uint(max_entries, 5000);
        });
} rings_of_each SEC(".maps");

SEC("raw_tp/sys_enter")
int use(void* context) {
    __u32 key = 0;
    return bpf_map_lookup_elem(&events_of_each, &key) != 0 && bpf_map_lookup_elem(&rings_of_each, &key) != 0;
}
