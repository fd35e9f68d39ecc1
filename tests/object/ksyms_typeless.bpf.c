// Variables of the kernel without a type, found in /proc/kallsyms: there, and weak and absent.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

extern const void __start_BTF __ksym;
extern const void no_such_variable __ksym __weak;

__u64 address, absent;

SEC("raw_tp/sys_enter")
int read_all(void *context) {
    address = (__u64)&__start_BTF;
    absent = (__u64)&no_such_variable;
    return 0;
}
