// A congestion control that is as simple as can be: what struct_ops.bpf.c and struct_ops_link.bpf.c share.
#pragma once
#include "kernel.h"

struct sock;

struct tcp_sock {
    __u32 snd_cwnd;
    __u32 snd_ssthresh;
    __u32 prior_cwnd;
} FOUND_BY_CO_RE;

// The members that we give, found by name in the kernel's struct; `owner`, which has no name here, stays the kernel's.
struct tcp_congestion_ops {
    void (*init)(struct sock *sk);
    __u32 (*ssthresh)(struct sock *sk);
    void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
    __u32 (*undo_cwnd)(struct sock *sk);
    __u32 flags;
    char name[16];
};
