#!/bin/sh
# build.sh [FOLDER]: makes every object of this folder, here or in FOLDER, of the sources beside it; rebuild.py compares the two.
# Needs clang-19 and its llvm-strip, the headers of libbpf, and bpftool for what is statically linked; CLANG, STRIP, BPFTOOL and
# BPF_GCC name others. Here it also notes in toolchain.txt what they were.
set -eu
clang=${CLANG:-clang-19} strip=${STRIP:-llvm-strip-19} bpftool=${BPFTOOL:-bpftool} gcc=${BPF_GCC:-bpf-gcc}
to=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"

# Of folders, objects tell what is relative to this one. The C library's headers are needed by <bpf/usdt.bpf.h>.
compile() {
    source=$1 object=$2
    shift 2
    "$clang" -target bpfel -mcpu=v3 -O2 -g -Wall -Werror -D__TARGET_ARCH_x86 -ffile-prefix-map="$PWD"=. \
        -fdebug-compilation-dir=. -idirafter /usr/include/x86_64-linux-gnu "$@" -c "$source" -o "$object"
    "$strip" -g "$object" # DWARF, not BTF
}

for source in *.bpf.c; do
    object=$to/${source%.c}.o
    case $source in
    big_endian.bpf.c) compile "$source" "$object" -target bpfeb ;;
    newest.bpf.c) compile "$source" "$object" -mcpu=v4 ;;
    no_btf.bpf.c) compile "$source" "$object" -g0 ;;
    *) compile "$source" "$object" ;;
    esac
done

halves=$(mktemp -d)
trap 'rm -rf "$halves"' EXIT
for half in one two; do
    compile "linked/$half.bpf.c" "$halves/$half.bpf.o"
done
"$bpftool" gen object "$to/linked.bpf.o" "$halves/one.bpf.o" "$halves/two.bpf.o"

# Of bpf-gcc one alone: where there is none it stays as it is. Its BTF comes in
# another order each time. By standard input and from the root, since its BTF has the path.
if command -v "$gcc" >/dev/null; then
    mkdir -p "$to/gcc"
    (cd / && "$gcc" -O2 -gbtf -mco-re -x c -c - -o "$to/gcc/counts.bpf.o") <gcc/counts.bpf.c
fi

{
    "$clang" --version | sed -n '1s/.*version \([0-9.]*\).*/clang \1/p'
    "$bpftool" version | sed -n '1s/bpftool v/bpftool /p'
    "$gcc" -dumpfullversion 2>/dev/null | sed "s/^/bpf-gcc /"
    sed -n 's/.*LIBBPF_M[AJORIN]*_VERSION \([0-9]*\).*/\1/p' /usr/include/bpf/libbpf_version.h | paste -sd. | sed 's/^/libbpf /'
} >"$to/toolchain.txt"
