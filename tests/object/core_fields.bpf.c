// Every relocation of a field: offset, size, existence, signedness, the shifts of bit fields; arrays, unions, nested and
// anonymous members; loads of which the size changes with the kernel's.
#include "kernel.h"
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct kernfs_node;

struct bpf_prog_aux {
    __u32 id;
    char name[16];
} FOUND_BY_CO_RE;

enum bpf_prog_type { BPF_PROG_TYPE_UNSPEC };

struct bpf_prog {
    __u16 pages;
    __u16 jited : 1, jit_requested : 1, gpl_compatible : 1;
    enum bpf_prog_type type;
    __u32 len;
    struct bpf_prog_aux *aux;
} FOUND_BY_CO_RE;

// An integer here, an enum to the kernel: these two do not fit.
struct bpf_prog___of_integer {
    int type;
} FOUND_BY_CO_RE;

// As wide as one likes here: integers and pointers are loaded as wide as the kernel has them.
struct sk_buff {
    union {
        struct {
            struct sk_buff *next;
            union {
                struct net_device *dev;
                unsigned long dev_scratch;
            };
        };
    };
    __u64 len;
    __u8 pkt_type : 3;
    __u8 ip_summed : 2;
    __u16 protocol;
    char cb[48];
} FOUND_BY_CO_RE;

struct net_device {
    int ifindex;
    char name[16];
    int no_such_member;
} FOUND_BY_CO_RE;

__u64 sizes[5], exist[5], is_signed[3], bits[4], loaded[6];

SEC("tp_btf/net_dev_queue")
int straight(__u64 *context) {
    struct sk_buff *packet = (struct sk_buff *)context[0];
    loaded[0] = packet->len;
    loaded[1] = packet->dev->ifindex;
    loaded[2] = packet->protocol;
    loaded[3] = packet->cb[7];
    bits[0] = BPF_CORE_READ_BITFIELD(packet, pkt_type);
    bits[1] = BPF_CORE_READ_BITFIELD(packet, ip_summed);
    return 0;
}

SEC("raw_tp/net_dev_queue")
int probed(__u64 *context) {
    struct sk_buff *packet = (struct sk_buff *)context[0];
    loaded[4] = BPF_CORE_READ(packet, dev, ifindex);
    bits[2] = BPF_CORE_READ_BITFIELD_PROBED(packet, pkt_type);
    BPF_CORE_READ_INTO(&loaded[5], packet, dev, name[3]);
    return 0;
}

SEC("raw_tp/sys_enter")
int asked(__u64 *context) {
    struct task_struct *task = 0;
    struct bpf_prog *program = 0;
    struct sk_buff *packet = 0;
    struct net_device *device = 0;
    struct bpf_prog___of_integer *other = 0;
    sizes[0] = bpf_core_field_size(task->comm);
    sizes[1] = bpf_core_field_size(program->type);
    sizes[2] = bpf_core_field_size(packet->len);
    sizes[3] = bpf_core_field_size(packet->pkt_type);
    sizes[4] = bpf_core_field_size(task->comm[2]);
    exist[0] = bpf_core_field_exists(task->mm);
    exist[1] = bpf_core_field_exists(device->no_such_member);
    exist[2] = bpf_core_field_exists(packet->dev_scratch);
    exist[3] = bpf_core_field_exists(program->aux->name);
    exist[4] = bpf_core_field_exists(other->type);
    is_signed[0] = __builtin_preserve_field_info(task->pid, BPF_FIELD_SIGNED);
    is_signed[1] = __builtin_preserve_field_info(task->flags, BPF_FIELD_SIGNED);
    is_signed[2] = __builtin_preserve_field_info(packet->pkt_type, BPF_FIELD_SIGNED);
    bits[3] = __builtin_preserve_field_info(program->gpl_compatible, BPF_FIELD_LSHIFT_U64) << 8 |
              __builtin_preserve_field_info(program->gpl_compatible, BPF_FIELD_RSHIFT_U64);
    return __builtin_preserve_field_info(program->len, BPF_FIELD_BYTE_OFFSET);
}
