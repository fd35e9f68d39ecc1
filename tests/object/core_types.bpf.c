// Every relocation of a type: its number here and in the kernel, whether it exists, its size, whether it matches.
#include "kernel.h"
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct no_such_struct {
    int member;
};
union sigval {
    int sival_int;
    void *sival_ptr;
};
typedef int kernel_pid_t___other;
typedef int pid_t;
enum pid_type { PIDTYPE_PID };
struct list_head___fits {
    struct list_head *next, *prev;
};
struct list_head___does_not_fit {
    int next;
};
struct net_device {
    int ifindex;
};

__u64 exist[6], sizes[4], numbers[4], match[4];

SEC("raw_tp/sys_enter")
int asked(void *context) {
    exist[0] = bpf_core_type_exists(struct task_struct);
    exist[1] = bpf_core_type_exists(struct no_such_struct);
    exist[2] = bpf_core_type_exists(union sigval);
    exist[3] = bpf_core_type_exists(pid_t);
    exist[4] = bpf_core_type_exists(enum pid_type);
    exist[5] = bpf_core_type_exists(kernel_pid_t___other);
    sizes[0] = bpf_core_type_size(struct task_struct);
    sizes[1] = bpf_core_type_size(struct no_such_struct);
    sizes[2] = bpf_core_type_size(union sigval);
    sizes[3] = bpf_core_type_size(pid_t);
    numbers[0] = bpf_core_type_id_local(struct task_struct);
    numbers[1] = bpf_core_type_id_kernel(struct task_struct);
    numbers[2] = bpf_core_type_id_kernel(struct no_such_struct);
    numbers[3] = bpf_core_type_id_local(struct no_such_struct);
    match[0] = bpf_core_type_matches(struct list_head___fits);
    match[1] = bpf_core_type_matches(struct list_head___does_not_fit);
    match[2] = bpf_core_type_matches(struct net_device);
    match[3] = bpf_core_type_matches(struct no_such_struct);
    return 0;
}

// Typedefs of what has no name: a pointer to a function, compared down to its parameters; one that differs.
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
typedef __u64 (*bpf_callback_t)(__u64, __u64, __u64, __u64, __u64);
typedef int (*bpf_callback_t___of_two)(__u64, __u64);
typedef __u64 *bpf_callback_t___no_function;

SEC("raw_tp/sys_exit")
int composed(void *context) {
    exist[0] = bpf_core_type_exists(work_func_t);
    exist[1] = bpf_core_type_exists(bpf_callback_t);
    exist[2] = bpf_core_type_exists(bpf_callback_t___of_two);
    exist[3] = bpf_core_type_exists(bpf_callback_t___no_function);
    match[0] = bpf_core_type_matches(work_func_t);
    match[1] = bpf_core_type_matches(bpf_callback_t);
    return bpf_core_type_size(work_func_t);
}
