// The program whose global function replacement.bpf.o replaces.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

__noinline int decide(struct __sk_buff *packet) {
    volatile int answer = 1;
    return answer;
}

SEC("tc")
int asks(struct __sk_buff *packet) { return decide(packet); }
