// A congestion control as struct_ops: programs bound to members, numbers and text as they stand.
#include "congestion.h"

char LICENSE[] SEC("license") = "GPL";

int initialised;

SEC("struct_ops/init")
void simple_init(__u64 *context) { initialised += 1; }

SEC("struct_ops/ssthresh")
__u32 simple_ssthresh(__u64 *context) {
    const struct tcp_sock *socket = (const struct tcp_sock *)context[0];
    return socket->snd_cwnd > 4 ? socket->snd_cwnd / 2 : 2;
}

SEC("struct_ops/cong_avoid")
void simple_cong_avoid(__u64 *context) {}

SEC("struct_ops")
__u32 simple_undo_cwnd(__u64 *context) { return ((const struct tcp_sock *)context[0])->snd_cwnd; }

SEC(".struct_ops")
struct tcp_congestion_ops simple = {
    .init = (void *)simple_init,
    .ssthresh = (void *)simple_ssthresh,
    .cong_avoid = (void *)simple_cong_avoid,
    .undo_cwnd = (void *)simple_undo_cwnd,
    .name = "bpfxx_simple",
};
