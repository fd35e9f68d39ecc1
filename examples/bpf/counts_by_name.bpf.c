// Counts what each command of this machine asks of the kernel, and remembers its last system call.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct command {
    char name[16];
};

struct last_call {
    __u32 number;
    __u64 time_ns;
};

struct activity {
    __u64 calls;
    struct last_call last;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct command);
    __type(value, struct activity);
} activities SEC(".maps");

SEC("raw_tp/sys_enter")
int count(struct bpf_raw_tracepoint_args *context) {
    struct command who = {};
    bpf_get_current_comm(who.name, sizeof who.name);
    struct activity *known = bpf_map_lookup_elem(&activities, &who);
    if (!known) {
        struct activity none = {};
        bpf_map_update_elem(&activities, &who, &none, BPF_NOEXIST);
        known = bpf_map_lookup_elem(&activities, &who);
        if (!known)
            return 0;
    }
    __sync_fetch_and_add(&known->calls, 1);
    known->last.number = context->args[1];
    known->last.time_ns = bpf_ktime_get_ns();
    return 0;
}
