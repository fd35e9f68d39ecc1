// A strong function that no kernel has: the object does not load.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";
extern int bpf_no_kernel_has_this(void) __ksym;

SEC("tp_btf/task_newtask")
int calls_it(void *context) { return bpf_no_kernel_has_this(); }
