// An iterator over tasks that prints a line for each.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

int printed;

SEC("iter/task")
int print_tasks(struct bpf_iter__task *context) {
    struct seq_file *output = context->meta->seq;
    struct task_struct *task = context->task;
    if (!task)
        return 0;
    BPF_SEQ_PRINTF(output, "%d %s\n", task->pid, task->comm);
    printed += 1;
    return 0;
}
