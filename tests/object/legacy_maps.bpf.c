// The section `maps` of before BTF: libbpf 1 refuses it, and so do we, with a sentence.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct bpf_map_def {
    unsigned int type;
    unsigned int key_size;
    unsigned int value_size;
    unsigned int max_entries;
    unsigned int map_flags;
};

struct bpf_map_def SEC("maps") old_counts = {
    .type = BPF_MAP_TYPE_ARRAY,
    .key_size = 4,
    .value_size = 8,
    .max_entries = 2,
};

SEC("raw_tp/sys_enter")
int count(void *context) {
    __u32 zero = 0;
    __u64 *counter = bpf_map_lookup_elem(&old_counts, &zero);
    if (counter)
        *counter += 1;
    return 0;
}
