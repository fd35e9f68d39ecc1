#!/bin/sh
# in_a_mount_namespace.sh COMMAND...: runs it with a BPF file system of its own at /sys/fs/bpf, where objects pin maps.
exec unshare -m sh -c 'mount -t bpf none /sys/fs/bpf && exec "$@"' sh "$@"
