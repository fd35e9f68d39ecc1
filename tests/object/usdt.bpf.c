// A static probe of a library, whose arguments are read through the maps of <bpf/usdt.bpf.h>.
#include "kernel.h"
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

long first, count;

SEC("usdt/libc.so.6:libc:setjmp")
int on_setjmp(struct pt_regs *context) {
    bpf_usdt_arg(context, 0, &first);
    count = bpf_usdt_arg_cnt(context);
    return 0;
}
