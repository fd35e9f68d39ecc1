// Programs that throw: what is entered then is a function that no instruction names, only a tag on the program.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

#define THROWS_TO(callback) __attribute__((btf_decl_tag("exception_callback:" #callback)))

extern void bpf_throw(unsigned long cookie) __ksym;

int caught_total;

// Reached by callbacks alone.
static __attribute__((noinline)) int twice(int number) {
    caught_total += number;
    return number * 2;
}

__attribute__((noinline)) int caught_by_first(unsigned long cookie) { return twice(cookie); }

__attribute__((noinline)) int caught_by_second(unsigned long cookie) { return cookie + 3; }

static __attribute__((noinline)) int check(struct __sk_buff* packet) {
    if (packet->len) bpf_throw(20);
    return 1;
}

SEC("tc")
THROWS_TO(caught_by_first)
int first(struct __sk_buff* packet) { return check(packet) + 1; }

SEC("tc")
THROWS_TO(caught_by_second)
int second(struct __sk_buff* packet) {
    bpf_throw(40);
    return 0;
}

// Without a callback the program answers what it throws.
SEC("tc")
int third(struct __sk_buff* packet) {
    if (packet->len) bpf_throw(1);
    return 7;
}
