#!/bin/sh
# sh benchmarks/run.sh WHAT [--quick] [ROW...]: builds the benchmark WHAT (maps, …) and runs it, or those of its rows whose
# first column is given ('walk 1M'); as root, since it asks the kernel.
# `sh benchmarks/run.sh compile` says what bpfxx costs the compilers.
#   BPFXX_BCC=1   installs libbpfcc-dev too, which brings LLVM along; where bcc is installed it is compared with anyway
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/setup/packages.sh"

[ $# -gt 0 ] || { echo "usage: sh benchmarks/run.sh WHAT, where WHAT is one of benchmarks/meson.build" >&2; exit 2; }
what=$1
shift
if [ "$what" = compile ]; then
    need g++ python3 libboost-dev
    exec python3 "$root/benchmarks/compile/compile.py" "$root/include" "$@"
fi
need g++ meson ninja-build pkg-config libboost-dev libbenchmark-dev libbpf-dev libelf-dev zlib1g-dev
new_enough_meson

[ "${BPFXX_BCC:-0}" != 1 ] || need libbpfcc-dev || echo 'going on without bcc' >&2

build=$root/build/benchmarks
again=
[ ! -f "$build/build.ninja" ] || again=--reconfigure # bcc may have come since
meson setup $again "$build" "$root" --buildtype=release -Dbenchmarks=enabled -Dtests=disabled -Dexamples=disabled >&2
[ "$what" != objects ] || weighed='size_bpfxx_dynamic size_bpfxx_static size_libbpf_dynamic size_libbpf_static'
# shellcheck disable=SC2086 # several words
meson compile -C "$build" "bench_$what" ${weighed:-} >&2
give_back "$root/build"
exec "$build/benchmarks/bench_$what" "$@"
