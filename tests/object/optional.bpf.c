// `?` before a section's name: such a program is loaded only when it is asked for.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

int from_optional;

SEC("raw_tp/sys_enter")
int always(void *context) { return 0; }

SEC("?raw_tp/sys_exit")
int when_asked(void *context) {
    from_optional += 1;
    return 0;
}

SEC("?fentry/no_kernel_has_this_function")
int impossible(void *context) { return 0; }

SEC("?xdp")
int packets(struct xdp_md *packet) { return XDP_PASS; }
