// For machines of the other byte order, with maps, globals, CO-RE and a call: read everywhere, loaded there alone.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

const volatile int step = 2;
int total;

static __noinline int add(int number) { return number + step; }

SEC("tp_btf/task_newtask")
int count(__u64 *context) {
    struct task_struct *task = (struct task_struct *)context[0];
    __u32 pid = task->pid;
    __u64 one = 1;
    bpf_map_update_elem(&counts, &pid, &one, BPF_ANY);
    total = add(total);
    return 0;
}
