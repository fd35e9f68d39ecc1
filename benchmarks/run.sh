#!/bin/sh
# sh benchmarks/run.sh WHAT [OPTION...]: builds the benchmark WHAT (maps, …) and runs it; as root, since it asks the kernel.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/setup/packages.sh"

[ $# -gt 0 ] || { echo "usage: sh benchmarks/run.sh WHAT, where WHAT is one of benchmarks/meson.build" >&2; exit 2; }
what=$1
shift
need g++ meson ninja-build pkg-config libboost-dev libbenchmark-dev libbpf-dev libelf-dev zlib1g-dev
new_enough_meson

build=$root/build/benchmarks
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release -Dbenchmarks=enabled -Dtests=disabled -Dexamples=disabled >&2
meson compile -C "$build" "bench_$what" >&2
give_back "$root/build"
exec "$build/benchmarks/bench_$what" "$@"
