#!/bin/sh
# Tests run.sh without a virtual machine: commands of a folder that stands first in PATH take the place of apt, dpkg and QEMU.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

complain() {
    echo "$*"
    failures=$((failures + 1))
}

command_that() {
    { echo '#!/bin/sh'; cat; } >"$folder/bin/$1"
    chmod +x "$folder/bin/$1"
}

# expect STATUS WORDS ARGUMENT...: what run.sh ends with, and words that it says.
expect() {
    status=$1 words=$2
    shift 2
    said=$(cd "$folder" && PATH="$folder/bin:$PATH" BPFXX_VM_CACHE="$folder/cache" BPFXX_REQUIRE_KERNEL="$required" sh "$here/run.sh" "$@" 2>&1)
    got=$?
    [ "$got" = "$status" ] || complain "run.sh $*: ended with $got, not $status: $said"
    printf '%s\n' "$said" | grep -qF -e "$words" || complain "run.sh $*: said nothing like \"$words\": $said"
}

# What comes out of the machine's serial line.
serial() { printf "$1" >"$folder/serial"; }

mkdir "$folder/bin"
export FOLDER="$folder"
required=
command_that uname <<'E2'
cat "$FOLDER/machine"
E2
echo x86_64 >"$folder/machine"
command_that ldd <<'E2'
case $1 in *dynamic*) echo libc.so ;; *) exit 1 ;; esac
E2
command_that busybox <<'E2'
cat >"$FOLDER/files"
E2
command_that xz <<'E2'
cat "$2"
E2
command_that strip <<'E2'
exit 1
E2
command_that ip <<'E2'
E2
command_that apt-cache <<'E2'
[ "$2" = some-kernel ] && echo 'Depends: linux-image-9.8.7-test (= 9.8)'
E2
command_that apt-get <<'E2'
[ -e "$FOLDER/offline" ] && { echo 'E: no route to host'; exit 100; }
for package; do :; done
: >"${package}_9.8.deb"
E2
command_that dpkg-deb <<'E2'
mkdir -p "$3/boot" "$3/lib/modules/9.8.7"
: >"$3/boot/vmlinuz-9.8.7"
: >"$3/boot/config-9.8.7"
: >"$3/lib/modules/9.8.7/veth.ko.xz"
: >"$3/lib/modules/9.8.7/cls_bpf.ko"
E2
command_that qemu-system-x86_64 <<'E2'
echo "$*" >"$FOLDER/machine_started"
[ -e "$FOLDER/serial" ] || { echo 'qemu: out of memory' >&2; exit 1; }
cat "$FOLDER/serial"
E2
for name in first second dynamic; do
    echo '#!/bin/sh' >"$folder/$name"
    chmod +x "$folder/$name"
done

expect 2 'usage: run.sh PACKAGE TEST...' some-kernel
expect 1 'there is no program ./third' some-kernel ./first ./third
expect 1 './dynamic is not linked statically' some-kernel ./first ./dynamic
BPFXX_VM_FILES=$folder/no_such_object
export BPFXX_VM_FILES
expect 1 "there is no file $folder/no_such_object" some-kernel ./first
BPFXX_VM_FILES=first
expect 1 'there is no file first, or not by its whole path' some-kernel ./first
BPFXX_VM_FILES="$folder/first $folder/second"

echo riscv64 >"$folder/machine"
expect 77 'skipped: the virtual machine is an x86-64 one' some-kernel ./first
echo x86_64 >"$folder/machine"
expect 77 'skipped: apt knows no package other-kernel' other-kernel ./first
required=1
expect 1 'failed, as BPFXX_REQUIRE_KERNEL=1: apt knows no package other-kernel' other-kernel ./first
required=
: >"$folder/offline"
expect 77 'skipped: linux-image-9.8.7-test cannot be downloaded' some-kernel ./first
expect 77 'E: no route to host' some-kernel ./first
[ -z "$(ls "$folder/cache")" ] || complain "a kernel that was not downloaded left something: $(ls "$folder/cache")"
rm "$folder/offline"

expect 1 'qemu: out of memory' some-kernel ./first
expect 1 'first on linux-image-9.8.7-test: did not end' some-kernel ./first
[ "$(ls "$folder/cache")" = linux-image-9.8.7-test ] || complain "the folder of kernels has: $(ls "$folder/cache")"

: >"$folder/offline" # the kernel that is there will do
serial '== first\r\nfired: x y\r\n\r\n\001ended 11-first 0\r\n== second\r\nno end of line\r\n\001ended 12-second 77\r\n[ 1.0] reboot: Power down\r\n'
expect 0 'linux-image-9.8.7-test: 1 passed, 0 failed, 1 skipped' some-kernel ./first ./second
[ "$(printf '%s\n' "$said" | head -n -1)" = "$(printf '== first\nfired: x y\n== second\nno end of line')" ] || complain "run.sh passes on: $said"
for file in "files$folder/first" "files$folder/second" boot/config-9.8.7; do
    [ -n "$(cd "$folder" && grep -axF "./$file" files)" ] || complain "the machine did not get $file"
done
grep -q "$folder/cache/linux-image-9.8.7-test/boot/vmlinuz-9.8.7" "$folder/machine_started" || complain "another kernel was started: $(cat "$folder/machine_started")"

serial '\001ended 11-first 77\r\n\001ended 12-second 77\r\n'
expect 77 '0 passed, 0 failed, 2 skipped' some-kernel ./first ./second
serial '\001ended 11-first 0\r\n\001ended 12-second 1\r\n'
expect 1 'second on linux-image-9.8.7-test: exit status 1' some-kernel ./first ./second
serial '\001ended 11-first 0\r\nKernel panic\r\n'
expect 1 'second on linux-image-9.8.7-test: did not end' some-kernel ./first ./second
expect 1 'Kernel panic' some-kernel ./first ./second
serial 'ended 11-first 0\r\n' # what a test says is not what the machine says
expect 1 'first on linux-image-9.8.7-test: did not end' some-kernel ./first

[ "$failures" = 0 ]
