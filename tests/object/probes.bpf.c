// Arguments and results of functions, as <bpf/bpf_tracing.h> gives them.
#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u64 size, result, descriptor, number;

SEC("uprobe//proc/self/exe:bpfxx_probed")
int BPF_KPROBE(entered, __u64 first, __u64 second) {
    size = first + second;
    return 0;
}

SEC("uretprobe//proc/self/exe:bpfxx_probed")
int BPF_KRETPROBE(left, __u64 answer) {
    result = answer;
    return 0;
}

SEC("ksyscall/close")
int BPF_KSYSCALL(closing, int closed) {
    descriptor = closed;
    return 0;
}

SEC("raw_tp/sys_enter")
int BPF_PROG(system_call, struct pt_regs *registers, long called) {
    number = called;
    return 0;
}
