// One struct of the kernel described several times: what follows ___ is ours, and says which one is there.
#include "kernel.h"
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

// Until Linux 5.14 `state`, since then `__state`.
struct task_struct___old {
    volatile long state;
} FOUND_BY_CO_RE;
struct task_struct___new {
    unsigned int __state;
} FOUND_BY_CO_RE;
// A member that has moved into a struct of its own, and one that no kernel has.
struct task_struct___nested {
    struct {
        int nowhere;
    } thread_info;
} FOUND_BY_CO_RE;
struct task_struct___absent___twice {
    int nowhere;
} FOUND_BY_CO_RE;

long state;
int nowhere;

SEC("raw_tp/sys_enter")
int read_state(void *context) {
    void *task = (void *)bpf_get_current_task();
    struct task_struct___old *old = task;
    struct task_struct___new *recent = task;
    if (bpf_core_field_exists(recent->__state))
        state = BPF_CORE_READ(recent, __state);
    else if (bpf_core_field_exists(old->state))
        state = BPF_CORE_READ(old, state);
    struct task_struct___nested *nested = task;
    if (bpf_core_field_exists(nested->thread_info.nowhere))
        nowhere = BPF_CORE_READ(nested, thread_info.nowhere);
    struct task_struct___absent___twice *absent = task;
    if (bpf_core_field_exists(absent->nowhere))
        nowhere = BPF_CORE_READ(absent, nowhere);
    return 0;
}
