// Compiled without -g: programs, calls, and data sections, no BTF.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

int counted;
const volatile int step = 2;

static __noinline int add(int number) { return number + step; }

SEC("raw_tp/sys_enter")
int count(void *context) {
    counted = add(counted);
    return 0;
}
