// What the objects of this folder need of the kernel, by hand: sizes of integers, constants of the UAPI, contexts, and a few
// structs whose members CO-RE finds. No vmlinux.h, no <linux/bpf.h>: the same bytes come out wherever clang 19 is.
#pragma once
#define __VMLINUX_H__ // <bpf/bpf_tracing.h>: registers by the kernel's names

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false, true };

#include <bpf/bpf_helpers.h>

// A map's member of 64 bits, which is an enumerator: younger than some <bpf/bpf_helpers.h>.
#ifndef __ulong
#define NUMBERED_AGAIN(number) one_of_64_bits_##number
#define NUMBERED(number) NUMBERED_AGAIN(number)
#define __ulong(name, val) enum { NUMBERED(__COUNTER__) = val } name
#endif

// A program of which only the section matters.
#define PROGRAM(section, name, answer)                                                                                 \
    SEC(section) int name(void *context) { return answer; }

enum bpf_map_type {
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY,
    BPF_MAP_TYPE_PROG_ARRAY,
    BPF_MAP_TYPE_PERF_EVENT_ARRAY,
    BPF_MAP_TYPE_PERCPU_HASH,
    BPF_MAP_TYPE_PERCPU_ARRAY,
    BPF_MAP_TYPE_STACK_TRACE,
    BPF_MAP_TYPE_CGROUP_ARRAY,
    BPF_MAP_TYPE_LRU_HASH,
    BPF_MAP_TYPE_LRU_PERCPU_HASH,
    BPF_MAP_TYPE_LPM_TRIE,
    BPF_MAP_TYPE_ARRAY_OF_MAPS,
    BPF_MAP_TYPE_HASH_OF_MAPS,
    BPF_MAP_TYPE_DEVMAP,
    BPF_MAP_TYPE_SOCKMAP,
    BPF_MAP_TYPE_CPUMAP,
    BPF_MAP_TYPE_XSKMAP,
    BPF_MAP_TYPE_SOCKHASH,
    BPF_MAP_TYPE_CGROUP_STORAGE,
    BPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
    BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
    BPF_MAP_TYPE_QUEUE,
    BPF_MAP_TYPE_STACK,
    BPF_MAP_TYPE_SK_STORAGE,
    BPF_MAP_TYPE_DEVMAP_HASH,
    BPF_MAP_TYPE_STRUCT_OPS,
    BPF_MAP_TYPE_RINGBUF,
    BPF_MAP_TYPE_INODE_STORAGE,
    BPF_MAP_TYPE_TASK_STORAGE,
    BPF_MAP_TYPE_BLOOM_FILTER,
    BPF_MAP_TYPE_USER_RINGBUF,
    BPF_MAP_TYPE_CGRP_STORAGE,
    BPF_MAP_TYPE_ARENA,
};

enum {
    BPF_ANY,
    BPF_NOEXIST,
    BPF_EXIST,
};

enum {
    BPF_F_NO_PREALLOC = 1U << 0,
    BPF_F_NO_COMMON_LRU = 1U << 1,
    BPF_F_NUMA_NODE = 1U << 2,
    BPF_F_RDONLY_PROG = 1U << 7,
    BPF_F_WRONLY_PROG = 1U << 8,
    BPF_F_MMAPABLE = 1U << 10,
    BPF_F_INNER_MAP = 1U << 12,
};

enum {
    BPF_LOCAL_STORAGE_GET_F_CREATE = 1U << 0,
    BPF_F_CURRENT_CPU = 0xffffffffU,
    CLOCK_MONOTONIC = 1,
};

enum {
    XDP_PASS = 2,
    TC_ACT_OK = 0,
    SK_PASS = 1,
    NF_ACCEPT = 1,
    BPF_OK = 0,
};

struct bpf_spin_lock {
    __u32 val;
};
struct bpf_timer {
    __u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_wq {
    __u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_list_head {
    __u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_list_node {
    __u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_rb_root {
    __u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_rb_node {
    __u64 opaque[4];
} __attribute__((aligned(8)));
struct bpf_refcount {
    __u32 opaque[1];
} __attribute__((aligned(4)));

struct xdp_md {
    __u32 data;
    __u32 data_end;
    __u32 data_meta;
    __u32 ingress_ifindex;
    __u32 rx_queue_index;
    __u32 egress_ifindex;
};

struct __sk_buff {
    __u32 len;
    __u32 pkt_type;
    __u32 mark;
    __u32 queue_mapping;
    __u32 protocol;
    __u32 vlan_present;
    __u32 vlan_tci;
    __u32 vlan_proto;
    __u32 priority;
    __u32 ingress_ifindex;
    __u32 ifindex;
    __u32 tc_index;
    __u32 cb[5];
    __u32 hash;
};

struct bpf_sock {
    __u32 bound_dev_if;
    __u32 family;
    __u32 type;
    __u32 protocol;
    __u32 mark;
    __u32 priority;
};

struct pt_regs {
    unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

#define FOUND_BY_CO_RE __attribute__((preserve_access_index))

struct list_head {
    struct list_head *next, *prev;
} FOUND_BY_CO_RE;

struct mm_struct {
    int map_count;
} FOUND_BY_CO_RE;

struct task_struct {
    int pid;
    int tgid;
    unsigned int flags;
    char comm[16];
    struct mm_struct *mm;
    struct task_struct *group_leader;
    struct task_struct *real_parent;
    struct list_head tasks;
} FOUND_BY_CO_RE;

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
    __u64 session_id;
    __u64 seq_num;
} FOUND_BY_CO_RE;

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
} FOUND_BY_CO_RE;
