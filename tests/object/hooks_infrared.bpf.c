// What kernels without CONFIG_BPF_LIRC_MODE2 refuse.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("lirc_mode2", on_lirc, 0)
