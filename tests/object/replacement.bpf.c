// Programs for functions of another BPF program, replaced.bpf.o: instead of it, before it, after it.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

int entered, answered;

SEC("freplace/decide")
int decide_otherwise(struct __sk_buff *packet) { return packet->len > 100 ? 2 : 1; }

SEC("?fentry/decide")
int before(__u64 *context) {
    entered += 1;
    return 0;
}

SEC("?fexit/decide")
int after(__u64 *context) {
    answered = context[1];
    return 0;
}
