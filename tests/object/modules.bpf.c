// What modules of the kernel have: functions, a variable, a type, a tracepoint, functions to trace. Each program is asked for
// where its module is there.
#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

int answer;
unsigned int sequence = ~0u;
__u32 type_size, bytes_of_state;
__u32 port, sent, sent_by_module;

// nf_conntrack: two functions of one module.
struct nf_conn {
    unsigned long status;
} FOUND_BY_CO_RE;
struct bpf_sock_tuple {
    __be32 source, destination;
    __be16 source_port, destination_port;
};
struct bpf_ct_opts___first {
    __s32 network_namespace;
    __s32 error;
    __u8 protocol, direction, reserved[2];
};
extern struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *context, struct bpf_sock_tuple *tuple, __u32 tuple__sz,
                                         struct bpf_ct_opts___first *options, __u32 options__sz) __ksym __weak;
extern void bpf_ct_release(struct nf_conn *connection) __ksym __weak;

SEC("?xdp")
int look_up(struct xdp_md *context) {
    struct bpf_sock_tuple tuple = {};
    struct bpf_ct_opts___first options = {.network_namespace = -1, .protocol = 17};
    struct nf_conn *connection = bpf_xdp_ct_lookup(context, &tuple, sizeof tuple, &options, sizeof options);
    if (connection)
        bpf_ct_release(connection);
    answer = options.error;
    return XDP_PASS;
}

// x_tables.
struct seqcount {
    unsigned int sequence;
} FOUND_BY_CO_RE;
extern const struct seqcount xt_recseq __ksym __weak;

SEC("?raw_tp/sys_enter")
int read_variable(void *context) {
    bpf_probe_read_kernel(&sequence, sizeof sequence, bpf_this_cpu_ptr(&xt_recseq));
    return 0;
}

// vmw_vsock_virtio_transport_common, and in vsock_loopback, that uses it.
struct virtio_vsock_sock {
    __u32 peer_buf_alloc;
} FOUND_BY_CO_RE;

SEC("?tp_btf/virtio_transport_alloc_pkt")
int on_packet(__u64 *context) {
    type_size = bpf_core_type_size(struct virtio_vsock_sock);
    bytes_of_state = bpf_core_field_size(((struct virtio_vsock_sock *)0)->peer_buf_alloc);
    if (!port)
        port = context[3];
    return 0;
}

SEC("?fentry/vsock_loopback_send_pkt")
int on_send(void *context) {
    ++sent;
    return 0;
}

SEC("?fexit/vsock_loopback:vsock_loopback_send_pkt")
int on_sent(void *context) {
    ++sent_by_module;
    return 0;
}
