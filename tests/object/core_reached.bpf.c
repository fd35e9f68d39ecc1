// A relocation that this kernel cannot resolve, in code that is reached: the verifier stops there, the error names it.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

struct task_struct___absent {
    int no_such_member;
} FOUND_BY_CO_RE;

int result;

SEC("tp_btf/task_newtask")
int reaches_it(__u64 *context) {
    result = ((struct task_struct___absent *)context[0])->no_such_member;
    return 0;
}

SEC("tp_btf/task_newtask")
int does_not(__u64 *context) { return 0; }
