// Maps of maps: an inner definition alone, and initial values, of maps that are declared beside.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct inner {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
};

struct inner first SEC(".maps");
struct inner second SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} tenants SEC(".maps") = {
    .values = {[0] = &first, [3] = &second},
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 8);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, 1);
            __type(key, __u32);
            __type(value, __u32);
        });
} by_number SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_RINGBUF);
            __uint(max_entries, 4096);
        });
} rings SEC(".maps");

struct variable_array {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_INNER_MAP);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, __u64);
};
struct variable_array three SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(values, struct variable_array);
} of_any_size SEC(".maps") = {
    .values = {&three},
};

SEC("raw_tp/sys_enter")
int use(void *context) {
    __u32 key = 3;
    __u64 one = 1;
    void *tenant = bpf_map_lookup_elem(&tenants, &key);
    if (tenant)
        bpf_map_update_elem(tenant, &key, &one, BPF_ANY);
    void *numbers = bpf_map_lookup_elem(&by_number, &key);
    void *any = bpf_map_lookup_elem(&of_any_size, &key);
    if (any) {
        __u64 *value = bpf_map_lookup_elem(any, &key);
        if (value)
            *value = numbers != 0;
    }
    void *ring = bpf_map_lookup_elem(&rings, &key);
    if (ring)
        bpf_ringbuf_output(ring, &one, sizeof one, 0);
    return 0;
}
