#!/bin/sh
# installed.sh SOURCE BUILD COMPILER -- MESON...: bpfxx installed under a prefix, and found there by pkg-config.
set -eu
source=$1 build=$2
shift 2
compiler=
while [ "$1" != -- ]; do
    compiler="$compiler $1"
    shift
done
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
DESTDIR=$folder "$@" install --no-rebuild -C "$build" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
package=$(find "$folder" -name bpfxx.pc)
PKG_CONFIG_PATH=$(dirname "$package")
PKG_CONFIG_SYSROOT_DIR=$folder
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
echo "bpfxx.pc says: $(pkg-config --modversion bpfxx) $(pkg-config --cflags --libs bpfxx)"
# shellcheck disable=SC2046,SC2086
$compiler -std=c++20 $(pkg-config --cflags --libs bpfxx) "$source/tests/consumer/consumer.cpp" -o "$folder/consumer"
"$folder/consumer"
there=$(cd "$source/include" && find bpfxx -type f | sort)
installed=$(cd "$(dirname "$(find "$folder" -type d -name bpfxx)")" && find bpfxx -type f | sort)
[ "$there" = "$installed" ] || { echo 'other files are installed than stand in include/:'; echo "$installed"; exit 1; }
