#!/bin/busybox sh
# The first process of the virtual machine: makes what tests need, runs each test, and turns the machine off.
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/tmp BPFXX_REQUIRE_KERNEL=1

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
mount -t tracefs tracefs /sys/kernel/tracing
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t securityfs securityfs /sys/kernel/security
if [ -d /files ]; then cp -r /files/. /; fi # now that nothing is mounted over them
for module in /modules/*.ko; do
    insmod "$module" || echo "$module cannot be loaded"
done
ifconfig lo up
ulimit -n 20000

for test in /tests/*; do
    name=${test##*/}
    echo "== ${name#*-} on Linux $(uname -r)"
    # Through a pipe, so that no test takes the serial line for somebody's terminal.
    {
        timeout 300 "$test"
        echo $? >/status
    } 2>&1 | cat
    printf '\n\001ended %s %s\n' "$name" "$(cat /status)"
done
poweroff -f
