// Initial values that are programs.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

int first_tail(void *context);
int second_tail(void *context);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __array(values, int(void *));
} tails SEC(".maps") = {
    .values = {[1] = (void *)&first_tail, [2] = (void *)&second_tail},
};

int reached = 0;

SEC("raw_tp/sys_enter")
int entry(void *context) {
    bpf_tail_call(context, &tails, 1);
    return 0;
}

SEC("raw_tp")
int first_tail(void *context) {
    reached += 1;
    bpf_tail_call(context, &tails, 2);
    return 0;
}

SEC("raw_tp")
int second_tail(void *context) {
    reached += 1;
    return 0;
}
