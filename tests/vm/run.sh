#!/bin/sh
# run.sh PACKAGE TEST...: runs tests as root on another kernel, one after the other in one boot of a virtual machine.
#
# PACKAGE is Debian's name for a kernel, such as linux-image-cloud-amd64; TEST is a statically linked program. Their output is passed on.
# Exit status: 0 when none failed, 1 when one failed or did not end, 77 when all skipped or when this machine lacks what a virtual machine
# takes (a failure where BPFXX_REQUIRE_KERNEL=1).
#   BPFXX_VM_CACHE      where unpacked kernels are kept, else in ~/.cache/bpfxx
#   BPFXX_VM_FILES      files that tests read, with blanks between them: there they have the same paths
#   BPFXX_VM_APPEND     more for the kernel's command line
#   BPFXX_VM_MEGABYTES  memory, 1024
#   BPFXX_VM_SECONDS    for everything, 500; each single test has 300
set -u
here=$(cd "$(dirname "$0")" && pwd)
# In this order; what is built in is not looked for.
modules='veth netkit sch_ingress cls_bpf act_bpf nf_defrag_ipv4 nf_defrag_ipv6 libcrc32c nf_conntrack x_tables vsock
    vmw_vsock_virtio_transport_common vsock_loopback'

say() { printf '%s\n' "$*"; }

lacking() {
    if [ "${BPFXX_REQUIRE_KERNEL:-}" = 1 ]; then
        say "failed, as BPFXX_REQUIRE_KERNEL=1: $1"
        exit 1
    fi
    say "skipped: $1"
    exit 77
}

if [ $# -lt 2 ]; then
    say "usage: run.sh PACKAGE TEST..."
    exit 2
fi
package=$1
shift

[ "$(uname -m)" = x86_64 ] || lacking "the virtual machine is an x86-64 one, and these tests are not"
for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static xz:xz-utils apt-get:apt apt-cache:apt dpkg-deb:dpkg; do
    command -v "${tool%:*}" >/dev/null 2>&1 || lacking "there is no ${tool%:*} (apt-get install ${tool#*:})"
done
for program; do
    if [ ! -x "$program" ]; then
        say "there is no program $program"
        exit 1
    fi
    if ldd "$program" >/dev/null 2>&1; then
        say "$program is not linked statically: its libraries would be missing there"
        exit 1
    fi
done
for file in ${BPFXX_VM_FILES:-}; do
    case $file in
    /*) [ -f "$file" ] && continue ;;
    esac
    say "there is no file $file, or not by its whole path"
    exit 1
done
busybox=$(command -v busybox)
if ldd "$busybox" >/dev/null 2>&1; then lacking "busybox is linked dynamically (apt-get install busybox-static)"; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The package is an empty one that depends on the kernel of the day; that one's package is unpacked, not installed.
fetch_kernel() {
    image=$(apt-cache show "$package" 2>/dev/null | sed -n 's/^Depends:.*\(linux-image-[0-9][^ ,]*\).*/\1/p' | head -n 1)
    [ -n "$image" ] || lacking "apt knows no package $package (apt-get update)"
    cache=${BPFXX_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/bpfxx}
    kernel=$cache/$image
    [ -d "$kernel" ] && return
    mkdir -p "$cache"
    # In the cache, so that the last step is one rename, whoever else does the same.
    fresh=$(mktemp -d "$cache/fetching.XXXXXX") || lacking "$cache cannot be written"
    if ! (cd "$fresh" && apt-get -qq -o APT::Sandbox::User=root download "$image" && dpkg-deb -x "$image"_*.deb unpacked) >"$work/fetched" 2>&1; then
        rm -rf "$fresh"
        cat "$work/fetched"
        lacking "$image cannot be downloaded"
    fi
    mv -T "$fresh/unpacked" "$kernel" 2>/dev/null
    rm -rf "$fresh"
}

# add_tool PATH: a program of this machine with its libraries.
add_tool() {
    for file in "$1" $(ldd "$1" | grep -o '/[^ ]*'); do
        mkdir -p "$root/$(dirname "$file")"
        cp -L "$file" "$root/$file"
    done
}

make_root() {
    root=$work/root
    mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/modules" "$root/tests"
    cp "$busybox" "$root/bin/busybox"
    cp "$here/init.sh" "$root/init"
    chmod +x "$root/init"
    if command -v ip >/dev/null 2>&1; then add_tool "$(command -v ip)"; fi
    number=10
    for module in $modules; do
        file=$(find "$kernel/lib/modules" -name "$module.ko*" | head -n 1)
        number=$((number + 1))
        case $file in
        '') ;;
        *.xz) xz -dc "$file" >"$root/modules/$number-$module.ko" ;;
        *) cp "$file" "$root/modules/$number-$module.ko" ;;
        esac
    done
    number=10
    for program; do
        number=$((number + 1))
        # What a debugger wants is most of a test; the symbols stay, since tests of probes look for their own.
        strip --strip-debug -o "$root/tests/$number-$(basename "$program")" "$program" 2>/dev/null ||
            cp "$program" "$root/tests/$number-$(basename "$program")"
        chmod +x "$root/tests/$number-$(basename "$program")"
    done
    for file in "$kernel"/boot/config-*; do
        if [ -f "$file" ]; then
            mkdir -p "$root/boot"
            cp "$file" "$root/boot"
        fi
    done
    for file in ${BPFXX_VM_FILES:-}; do
        mkdir -p "$root/files$(dirname "$file")"
        cp "$file" "$root/files$file"
    done
    # Not compressed: the emulated processor takes longer to unpack it than it takes to hand it over.
    (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$work/initramfs"
}

# One thread for all processors of the machine: with one each it is slower here, and not as stable. What comes out of the serial line
# ends with \r\n; `ended NAME STATUS` after \001 is for us.
boot() {
    timeout "${BPFXX_VM_SECONDS:-500}" qemu-system-x86_64 -accel tcg,thread=single -cpu max -smp 2 -m "${BPFXX_VM_MEGABYTES:-1024}" \
        -nodefaults -no-user-config -display none -serial stdio -no-reboot \
        -kernel "$(find "$kernel/boot" -name 'vmlinuz-*' | head -n 1)" -initrd "$work/initramfs" \
        -append "console=ttyS0 quiet loglevel=1 panic=-1 ${BPFXX_VM_APPEND:-}" </dev/null 2>"$work/qemu" |
        tr -d '\r' | tee "$work/output" | grep -av -e "^$(printf '\001')" -e 'reboot: Power down$' -e '^$'
}

fetch_kernel
make_root "$@"
boot
[ -s "$work/output" ] || cat "$work/qemu"

passed=0 skipped=0 failed=0
for program in "$root"/tests/*; do
    name=${program##*/}
    status=$(sed -n "s/^$(printf '\001')ended $name \([0-9]*\)\$/\1/p" "$work/output")
    case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
        failed=$((failed + 1))
        say "${name#*-} on $image: $([ -n "$status" ] && echo "exit status $status" || echo 'did not end')"
        ;;
    esac
done
say "$image: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$passed" != 0 ] || exit 77
