// The sections of cgroups, one program each.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("cgroup/skb", any_packet, 1)
PROGRAM("cgroup_skb/ingress", packet_in, 1)
PROGRAM("cgroup_skb/egress", packet_out, 1)
PROGRAM("cgroup/sock", sock, 1)
PROGRAM("cgroup/sock_create", sock_create, 1)
PROGRAM("cgroup/sock_release", sock_release, 1)
PROGRAM("cgroup/post_bind4", post_bind4, 1)
PROGRAM("cgroup/post_bind6", post_bind6, 1)
PROGRAM("cgroup/bind4", bind4, 1)
PROGRAM("cgroup/bind6", bind6, 1)
PROGRAM("cgroup/connect4", connect4, 1)
PROGRAM("cgroup/connect6", connect6, 1)
PROGRAM("cgroup/sendmsg4", sendmsg4, 1)
PROGRAM("cgroup/sendmsg6", sendmsg6, 1)
PROGRAM("cgroup/recvmsg4", recvmsg4, 1)
PROGRAM("cgroup/recvmsg6", recvmsg6, 1)
PROGRAM("cgroup/getpeername4", getpeername4, 1)
PROGRAM("cgroup/getpeername6", getpeername6, 1)
PROGRAM("cgroup/getsockname4", getsockname4, 1)
PROGRAM("cgroup/getsockname6", getsockname6, 1)
PROGRAM("cgroup/sysctl", sysctl, 1)
PROGRAM("cgroup/getsockopt", getsockopt, 1)
PROGRAM("cgroup/setsockopt", setsockopt, 1)
PROGRAM("cgroup/dev", device, 1)
