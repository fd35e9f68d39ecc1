// The sections of probes, tracepoints and perf events, one program each.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("kprobe/do_unlinkat", on_kprobe, 0)
PROGRAM("kprobe/vfs_read+0x4", on_kprobe_inside, 0)
PROGRAM("kprobe", on_kprobe_unnamed, 0)
PROGRAM("kretprobe/do_unlinkat", on_kretprobe, 0)
PROGRAM("ksyscall/unlinkat", on_ksyscall, 0)
PROGRAM("kretsyscall/unlinkat", on_kretsyscall, 0)
PROGRAM("uprobe//proc/self/exe:main", on_uprobe, 0)
PROGRAM("uprobe/libc.so.6:malloc+0x4", on_uprobe_inside, 0)
PROGRAM("uprobe", on_uprobe_unnamed, 0)
PROGRAM("uretprobe/libc.so.6:malloc", on_uretprobe, 0)
PROGRAM("uprobe.s/libc.so.6:free", on_uprobe_sleepable, 0)
PROGRAM("uretprobe.s/libc.so.6:free", on_uretprobe_sleepable, 0)
PROGRAM("tracepoint/syscalls/sys_enter_getpid", on_tracepoint, 0)
PROGRAM("tp/syscalls/sys_exit_getpid", on_tp, 0)
PROGRAM("tp", on_tp_unnamed, 0)
PROGRAM("raw_tracepoint/sys_enter", on_raw_tracepoint, 0)
PROGRAM("raw_tp/sys_exit", on_raw_tp, 0)
PROGRAM("raw_tp", on_raw_tp_unnamed, 0)
PROGRAM("raw_tracepoint.w/sys_enter", on_raw_tracepoint_writable, 0)
PROGRAM("raw_tp.w/sys_enter", on_raw_tp_writable, 0)
PROGRAM("perf_event", on_perf_event, 0)
PROGRAM("syscall", on_syscall, 0)
