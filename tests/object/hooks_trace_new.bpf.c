// Sections of probes that libbpf 1.1 does not know.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("kprobe.session/vfs_*", on_kprobe_session, 0)
PROGRAM("uprobe.multi/libc.so.6:mall*", on_uprobe_multi, 0)
PROGRAM("uretprobe.multi/libc.so.6:mall*", on_uretprobe_multi, 0)
PROGRAM("uprobe.multi.s/libc.so.6:mall*", on_uprobe_multi_sleepable, 0)
PROGRAM("uprobe.session/libc.so.6:mall*", on_uprobe_session, 0)
PROGRAM("uprobe.session.s/libc.so.6:mall*", on_uprobe_session_sleepable, 0)
PROGRAM("usdt.s/libc.so.6:libc:setjmp", on_usdt_sleepable, 0)
