// struct_ops whose life is a link's: two in one section, which share programs; one program that no member names is `?`.
#include "congestion.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/ssthresh")
__u32 shared_ssthresh(__u64 *context) { return 10; }

SEC("struct_ops/cong_avoid")
void linked_cong_avoid(__u64 *context) {}

SEC("struct_ops/undo_cwnd")
__u32 shared_undo_cwnd(__u64 *context) { return ((const struct tcp_sock *)context[0])->snd_cwnd; }

SEC("?struct_ops/init")
void left_out(__u64 *context) {}

SEC(".struct_ops.link")
struct tcp_congestion_ops linked = {
    .ssthresh = (void *)shared_ssthresh,
    .cong_avoid = (void *)linked_cong_avoid,
    .undo_cwnd = (void *)shared_undo_cwnd,
    .name = "bpfxx_linked",
};

SEC(".struct_ops.link")
struct tcp_congestion_ops linked_twin = {
    .ssthresh = (void *)shared_ssthresh,
    .cong_avoid = (void *)linked_cong_avoid,
    .undo_cwnd = (void *)shared_undo_cwnd,
    .name = "bpfxx_twin",
};
