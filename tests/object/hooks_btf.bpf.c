// The sections that name something of the kernel's BTF: functions, tracepoints, security hooks, iterators.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("fentry/do_unlinkat", on_entry, 0)
PROGRAM("fexit/do_unlinkat", on_exit, 0)
PROGRAM("fmod_ret/bpf_modify_return_test", instead, 0)
PROGRAM("tp_btf/task_newtask", on_tp_btf, 0)
PROGRAM("iter/task", over_tasks, 0)
PROGRAM("iter/bpf_map_elem", over_elements, 0)
PROGRAM("iter/task_file", over_files, 0)
