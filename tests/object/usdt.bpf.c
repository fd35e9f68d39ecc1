// A static probe of the program that loads this, whose arguments are read through the maps of <bpf/usdt.bpf.h>. It has
// several sites, and not the same arguments at each.
#include "kernel.h"
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

long sum, times, arguments;

SEC("usdt//proc/self/exe:bpfxx_object:twice")
int on_twice(struct pt_regs *context) {
    long first = 0;
    bpf_usdt_arg(context, 0, &first);
    sum += first;
    times += 1;
    arguments = bpf_usdt_arg_cnt(context);
    return 0;
}
