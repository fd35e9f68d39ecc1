// Says something whenever one process writes: which one is set before the program is loaded.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

int my_pid = 0;
unsigned long long writes = 0;

SEC("tp/syscalls/sys_enter_write")
int handle_tp(void *context) {
    int pid = bpf_get_current_pid_tgid() >> 32;
    if (pid != my_pid)
        return 0;
    bpf_printk("BPF triggered from PID %d.", pid);
    __sync_fetch_and_add(&writes, 1);
    return 0;
}
