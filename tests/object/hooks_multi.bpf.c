// One program on many functions of the kernel: it says at its load that it wants to be attached so.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("kprobe.multi/vfs_*", on_kprobe_multi, 0)
PROGRAM("kretprobe.multi/vfs_*", on_kretprobe_multi, 0)
