// A static map: libbpf refuses it, so that its name is not taken for another's.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

static struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} numbers SEC(".maps");

SEC("raw_tp/sys_enter")
int use(void *context) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&numbers, &zero) != 0;
}
