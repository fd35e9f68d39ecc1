// A function that the kernel has with another prototype: the object does not load.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";
extern int bpf_task_release(__u64 number, __u64 another) __ksym;

SEC("tp_btf/task_newtask")
int calls_it(void *context) { return bpf_task_release(1, 2); }
