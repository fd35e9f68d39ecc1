#!/bin/sh
# other_machine.sh SOURCE INCLUDE MACHINE TRIPLET: compiles for another processor and runs it under user-mode emulation.
source=$1 include=$2 machine=$3 triplet=$4
compiler=$triplet-g++ emulator=qemu-$machine-static
for tool in "$compiler" "$emulator"; do
    command -v "$tool" >/dev/null 2>&1 || { echo "skipped: there is no $tool"; exit 77; }
done
program=$(mktemp) || exit 1
trap 'rm -f "$program"' EXIT
# Boost is the same for every machine, and comes last so that the machine's own headers are found first.
"$compiler" -std=c++20 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -static \
    -I "$include" -idirafter /usr/include "$source" -o "$program" || exit 1
"$emulator" "$program"
