#!/bin/sh
# as_subproject.sh SOURCE MESON...: a BPF program in C compiled into a C++ program by a project that has bpfxx as a subproject,
# and compiled again when a file changes that the program includes. Skipped (77) where there is no compiler for BPF.
set -eu
source=$1
shift
"$source/bpf/bpfxx-object" "$source/bpf/empty.bpf.c" --object /dev/null || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$source/tests/object/embed
cp "$here/meson.build" "$here/app.cpp" "$here/app.bpf.c" "$here/shared.h" "$folder"
mkdir "$folder/subprojects"
ln -s "$source" "$folder/subprojects/bpfxx"
"$@" setup --wrap-mode=nodownload "$folder/build" "$folder" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
"$@" compile -C "$folder/build"
"$folder/build/app"
header=$(find "$folder/build" -name app.bpf.hpp)
before=$(cat "$header")
sleep 1.1 # older file systems count in seconds
echo '#define HOW_MUCH 8' >"$folder/shared.h"
"$@" compile -C "$folder/build" >/dev/null
"$folder/build/app"
[ "$before" != "$(cat "$header")" ] || { echo 'the header stays as it was although what it is made of has changed'; exit 1; }
