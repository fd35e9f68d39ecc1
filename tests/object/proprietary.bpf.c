// A licence that is none of the GPL's, and the old section `version`.
#include "kernel.h"

char LICENSE[] SEC("license") = "Proprietary";
__u32 _version SEC("version") = 0x00060100;

SEC("socket")
int filter(struct __sk_buff *packet) { return packet->len; }

SEC("?raw_tp/sys_enter")
int calls_for_gpl_alone(void *context) { return bpf_probe_read_kernel(&context, 8, context); }
