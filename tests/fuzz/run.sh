#!/bin/bash
# bash tests/fuzz/run.sh SECONDS [TARGET...]: fuzzes every target, or those that are named, for so many seconds each.
#
# Needs clang with libFuzzer and its sanitizers (Debian: clang-19 libclang-rt-19-dev) and python3, and compares with zlib
# where that is there (zlib1g-dev); leaves with 77 where clang has no fuzzer. An input that breaks a promise stays in build/fuzz/broken/TARGET-*; what was learned stays in
# build/fuzz/corpus and is where the next run goes on.
#   BPFXX_CLANG=18   that version of clang, where 19 is the choice otherwise
#   BPFXX_JOBS=1     so many targets at a time
#   BPFXX_FUZZ=DIR   in the place of build/fuzz
set -u
folder=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$folder/../.." && pwd)
seconds=${1:-60}
shift || true
work=${BPFXX_FUZZ:-$root/build/fuzz}
clang=clang++-${BPFXX_CLANG:-19}
jobs=${BPFXX_JOBS:-$(getconf _NPROCESSORS_ONLN)}
mkdir -p "$work/broken" || exit 1

command -v "$clang" >/dev/null || { echo "skipped: there is no $clang"; exit 77; }
flags='-std=c++20 -O1 -g1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-sanitize-recover=all -fno-omit-frame-pointer'
echo 'extern "C" int LLVMFuzzerTestOneInput(unsigned char const*, unsigned long) { return 0; }' >"$work/has.cpp"
if ! "$clang" -fsanitize=fuzzer,address,undefined "$work/has.cpp" -o "$work/has" 2>"$work/has.log"; then
    echo "skipped: $clang has no fuzzer (Debian: libclang-rt-${BPFXX_CLANG:-19}-dev)"
    exit 77
fi
zlib=
echo '#include <zlib.h>' | "$clang" -E -x c++ - >"$work/has.log" 2>&1 && zlib=yes
python3 "$folder/seeds.py" "$work/seeds" || exit 1

# one TARGET: builds it, runs it, and writes a line of what came of it.
one() {
    local target=$1 log=$work/$1.log libraries=''
    mkdir -p "$work/corpus/$target"
    [ "$target" != inflate ] || [ -z "$zlib" ] || libraries='-DBPFXX_FUZZ_ZLIB -lz'
    # shellcheck disable=SC2086
    if ! "$clang" $flags -fsanitize=fuzzer,address,undefined -I "$root/include" "$folder/$target.cpp" "$folder/mutator.cpp" \
        -o "$work/$target" $libraries >"$log" 2>&1; then
        echo "$target: FAILED to compile: $log"
        return 1
    fi
    # The timeout is for one input; the memory for all that it has allocated.
    nice -n 10 "$work/$target" -max_total_time="$seconds" -max_len=20000 -timeout=20 -rss_limit_mb=1024 -use_value_profile=1 \
        -print_final_stats=1 -artifact_prefix="$work/broken/$target-" "$work/corpus/$target" "$work/seeds/$target" >>"$log" 2>&1
    local status=$?
    local runs coverage
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    coverage=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)
    if [ "$status" = 0 ]; then
        echo "$target: ${runs:-0} executions, $coverage"
    else
        echo "$target: FAILED, ${runs:-?} executions, $coverage: $(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1), $log"
    fi
    return "$status"
}
export -f one
export folder root work clang flags seconds zlib

[ $# != 0 ] || set -- $(cd "$folder" && ls -- *.cpp | sed 's/\.cpp$//' | grep -vxE 'replay|mutator')
# More time than asked for means a target that does not end by itself: its compilation is in it too.
printf '%s\n' "$@" | xargs -P "$jobs" -I{} timeout $((seconds + 300)) bash -c 'one {}'
status=$?
[ "$status" = 0 ] && echo "every promise was kept"
[ "$status" = 0 ]
