// Constants that the compiler keeps by itself: arrays of 16 and 32 bytes (.rodata.cst16, .rodata.cst32) and a text, which have
// no variable, no symbol and no BTF.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

static void keep(void *bytes) { asm volatile("" : : "r"(bytes) : "memory"); }

SEC("raw_tp/sys_enter")
int use(void *context) {
    __u64 two[2] = {0x1122334455667788, 0x99};
    __u64 four[4] = {1, 2, 3, 4};
    char text[16] = "fifteen letters";
    keep(two);
    keep(four);
    keep(text);
    return 0;
}
