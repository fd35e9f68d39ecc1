// The sections of Unix sockets in cgroups, which libbpf 1.1 does not know.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("cgroup/connect_unix", connect_unix, 1)
PROGRAM("cgroup/sendmsg_unix", sendmsg_unix, 1)
PROGRAM("cgroup/recvmsg_unix", recvmsg_unix, 1)
PROGRAM("cgroup/getpeername_unix", getpeername_unix, 1)
PROGRAM("cgroup/getsockname_unix", getsockname_unix, 1)
