// Tells of every process that becomes another program, who its parent is: members of the kernel's structs, found
// wherever this kernel has them.
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
    int tgid;
    struct task_struct *real_parent;
    char comm[16];
} __attribute__((preserve_access_index));

struct event {
    int pid;
    int parent;
    char name[16];
    char parent_name[16];
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 64 * 1024);
} events SEC(".maps");

// Not inlined, so that the object's BTF says what an event is.
static __attribute__((noinline)) void fill(struct event *event, struct task_struct *task) {
    struct task_struct *parent = BPF_CORE_READ(task, real_parent);
    event->pid = BPF_CORE_READ(task, tgid);
    event->parent = BPF_CORE_READ(parent, tgid);
    BPF_CORE_READ_STR_INTO(&event->name, task, comm);
    BPF_CORE_READ_STR_INTO(&event->parent_name, parent, comm);
}

SEC("raw_tp/sched_process_exec")
int on_exec(void *context) {
    struct event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
    if (!event)
        return 0;
    fill(event, (struct task_struct *)bpf_get_current_task());
    bpf_ringbuf_submit(event, 0);
    return 0;
}
