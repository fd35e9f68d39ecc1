// Functions of the kernel: there, weak and there, weak and absent (its call is in dead code), and as an open-coded iterator.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct bpf_iter_num {
    __u64 opaque[1];
} __attribute__((aligned(8)));

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
extern void bpf_no_such_function(struct task_struct *task) __ksym __weak;
extern int bpf_iter_num_new(struct bpf_iter_num *iterator, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *iterator) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *iterator) __ksym;

int seen, sum;

SEC("tp_btf/task_newtask")
int new_task(__u64 *context) {
    struct task_struct *task = bpf_task_acquire((struct task_struct *)context[0]);
    if (!task)
        return 0;
    seen = task->pid;
    if (bpf_no_such_function)
        bpf_no_such_function(task);
    bpf_task_release(task);
    if (bpf_task_from_pid) {
        task = bpf_task_from_pid(1);
        if (task)
            bpf_task_release(task);
    }
    return 0;
}

SEC("tp_btf/task_rename")
int count_to_ten(void *context) {
    struct bpf_iter_num iterator;
    int *number;
    bpf_iter_num_new(&iterator, 0, 10);
    while ((number = bpf_iter_num_next(&iterator)))
        sum += *number;
    bpf_iter_num_destroy(&iterator);
    return 0;
}
