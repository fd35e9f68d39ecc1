// Security hooks, of the whole machine and of a cgroup.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

PROGRAM("lsm/file_open", on_open, 0)
PROGRAM("lsm.s/bprm_check_security", on_exec, 0)
PROGRAM("lsm_cgroup/socket_create", on_socket_create, 1)
