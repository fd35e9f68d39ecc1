// Members of the kernel's structs wherever the running kernel has them, straight and through probe reads.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct event {
    int pid;
    int parent;
    int maps;
    char comm[16];
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

SEC("raw_tp/sched_process_exec")
int on_exec(__u64 *context) {
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct task_struct *parent;
    struct mm_struct *memory;
    struct event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
    if (!event)
        return 0;
    bpf_probe_read_kernel(&event->pid, sizeof event->pid, &task->tgid);
    bpf_probe_read_kernel(&parent, sizeof parent, &task->real_parent);
    bpf_probe_read_kernel(&event->parent, sizeof event->parent, &parent->tgid);
    bpf_probe_read_kernel(&memory, sizeof memory, &task->mm);
    bpf_probe_read_kernel(&event->maps, sizeof event->maps, &memory->map_count);
    bpf_probe_read_kernel_str(&event->comm, sizeof event->comm, &task->comm);
    bpf_ringbuf_submit(event, 0);
    return 0;
}
