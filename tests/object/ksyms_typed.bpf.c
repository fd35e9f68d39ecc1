// Variables of the kernel with a type, found in its BTF: there, and weak and absent. Kernels without CONFIG_KALLSYMS_ALL
// know the types and refuse the load.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct rq {
    unsigned int nr_running;
} FOUND_BY_CO_RE;

extern const struct rq runqueues __ksym;
extern const int bpf_prog_active __ksym;
extern const int no_such_variable __ksym __weak;

int active;
unsigned int running;
__u64 absent;

SEC("raw_tp/sys_enter")
int read_all(void *context) {
    const struct rq *queue = bpf_this_cpu_ptr(&runqueues);
    running = queue->nr_running;
    const int *counter = bpf_per_cpu_ptr(&bpf_prog_active, 0);
    if (counter)
        active = *counter;
    return 0;
}

// Loads everywhere: what is not there is zero.
SEC("raw_tp/sys_exit")
int ask(void *context) {
    if (&no_such_variable)
        absent = no_such_variable;
    return 0;
}
