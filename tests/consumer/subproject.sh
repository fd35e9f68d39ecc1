#!/bin/sh
# subproject.sh SOURCE MESON...: bpfxx as a Meson subproject of another project, which gets nothing built but its own program.
set -eu
source=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$source/tests/consumer/meson.build" "$source/tests/consumer/consumer.cpp" "$folder"
mkdir "$folder/subprojects"
ln -s "$source" "$folder/subprojects/bpfxx"
"$@" setup --wrap-mode=nodownload --force-fallback-for=bpfxx "$folder/build" "$folder"
"$@" compile -C "$folder/build"
"$folder/build/consumer"
built=$("$@" introspect --targets "$folder/build" | grep -o '"name": "[^"]*"')
[ "$built" = '"name": "consumer"' ] || { echo "a consumer also builds: $built"; exit 1; }
