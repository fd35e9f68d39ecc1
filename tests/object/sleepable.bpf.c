// Programs that may sleep, and a helper that only these may call.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

char copied[16];

SEC("fentry.s/__x64_sys_getpgid")
int on_entry(__u64 *context) {
    const struct pt_regs *registers = (const struct pt_regs *)context[0];
    bpf_copy_from_user(copied, sizeof copied, (const void *)registers->di);
    return 0;
}

PROGRAM("fexit.s/__x64_sys_getpgid", on_exit, 0)
PROGRAM("fmod_ret.s/__x64_sys_getpgid", instead, 0)
PROGRAM("lsm.s/file_open", on_open, 0)
PROGRAM("iter.s/task", over_tasks, 0)
PROGRAM("syscall", run, 0)
