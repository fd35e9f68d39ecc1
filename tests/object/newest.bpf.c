// Instructions of the processor's fourth version: sign-extending loads and moves, signed division, far jumps, byte swaps.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

signed char narrow = -3;
short half = -5;
int word = -7;
long result;

SEC("socket")
int widen(struct __sk_buff *packet) {
    long wide = narrow;
    wide += half;
    wide /= word;
    wide %= (long)half | 1;
    result = wide + (signed char)packet->len;
    return __builtin_bswap32(packet->mark) + __builtin_bswap64(result);
}
