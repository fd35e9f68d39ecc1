#!/bin/sh
# sudo sh examples/quickstart.sh [OPTION...]: installs what is missing, builds the flagship example and runs it:
# a live table of the system calls of this machine. Options go to it: --seconds 60, --top 10 …
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/setup/packages.sh"

need g++ meson ninja-build libboost-dev
new_enough_meson

build=$root/build/quickstart
{
    [ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release -Dexamples=enabled -Dtests=disabled -Dbenchmarks=disabled
    meson compile -C "$build" syscall_top
} >&2
give_back "$root/build"

if [ $# = 0 ]; then
    if [ -t 1 ]; then set -- --seconds 15; else set -- --seconds 5; fi
fi
exec "$build/examples/syscall_top" "$@"
