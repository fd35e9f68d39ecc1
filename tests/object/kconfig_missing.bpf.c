// A strong configuration value that no kernel has: the object does not load.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";
extern int CONFIG_NO_KERNEL_HAS_THIS __kconfig;
int value;

SEC("raw_tp/sys_enter")
int read_it(void *context) {
    value = CONFIG_NO_KERNEL_HAS_THIS;
    return 0;
}
