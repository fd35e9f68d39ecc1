// The older maps of a cgroup, whose key is the kernel's.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct bpf_cgroup_storage_key {
    __u64 cgroup_inode_id;
    __u32 attach_type;
};

struct {
    __uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
    __type(key, struct bpf_cgroup_storage_key);
    __type(value, __u64);
} shared SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
    __type(key, __u64);
    __type(value, __u64);
} per_cpu SEC(".maps");

SEC("cgroup_skb/egress")
int count(struct __sk_buff *packet) {
    __u64 *total = bpf_get_local_storage(&shared, 0);
    __u64 *here = bpf_get_local_storage(&per_cpu, 0);
    __sync_fetch_and_add(total, 1);
    *here += packet->len;
    return 1;
}
