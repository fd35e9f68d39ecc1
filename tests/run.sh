#!/bin/sh
# sudo sh tests/run.sh: installs what is missing, builds and runs every test, and ends with the line `N passed, N failed, N skipped`.
#
# Three builds under build/: gcc, clang, and sanitize (clang with ASan and UBSan, which runs what executes, not what only compiles).
#   BPFXX_CONFIGS='gcc clang'   builds and tests only these
#   BPFXX_REQUIRE_KERNEL=1      a kernel test that skips for lack of privilege fails
#   BPFXX_CLANG=18              that version of clang, where 19 is the choice otherwise
#   BPFXX_JOBS=1                compiles and tests so many at a time
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/setup/packages.sh"

configurations=${BPFXX_CONFIGS:-gcc clang sanitize}
jobs=${BPFXX_JOBS:-$(getconf _NPROCESSORS_ONLN)}
passed=0 failed=0 skipped=0 tested=

say() { printf '%s\n' "== $*"; }

close_with() {
    for configuration in $tested; do
        report=$root/build/$configuration/meson-logs/testlog.json
        [ ! -s "$report" ] || python3 "$root/tests/setup/failures.py" "$configuration" "$report"
    done
    give_back "$root/build"
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
    exit
}

cannot() {
    say "$1"
    failed=$((failed + 1))
    close_with
}

# count RESULT REPORT: how many tests of a Meson report ended so.
count() { grep -c "\"result\": \"\($1\)\"" "$2"; }

# build NAME COMPILER OPTION...
build() {
    name=$1 compiler=$2
    shift 2
    folder=$root/build/$name
    set -- --buildtype=plain --optimization=2 -Dtests=enabled -Dexamples=enabled "$@"
    [ "$(cat "$folder/made-with" 2>/dev/null)" = "$compiler $*" ] || rm -rf "$folder"
    if [ ! -f "$folder/build.ninja" ]; then
        CXX=$compiler meson setup "$folder" "$root" "$@" || return 1
        echo "$compiler $*" >"$folder/made-with"
    fi
    meson compile -C "$folder" -j "$jobs" --ninja-args=-k,0
}

# not_built FOLDER: the test executables that are not there. Meson would run no test at all because of one.
not_built() {
    meson introspect --tests "$1" | python3 -c '
import json, os, sys
print(*sorted({test["cmd"][0] for test in json.load(sys.stdin) if not os.path.exists(test["cmd"][0])}), sep="\n")'
}

# test_configuration NAME COMPILER BUILD-OPTIONS TEST-OPTIONS: adds to the three sums.
test_configuration() {
    name=$1 compiler=$2 build_options=$3 test_options=$4
    folder=$root/build/$name
    say "$name: $("$compiler" --version | head -n 1)"
    started=$(date +%s)
    rm -f "$folder/meson-logs/testlog.json"
    tested="$tested $name"
    # shellcheck disable=SC2086
    if ! build "$name" "$compiler" $build_options; then
        say "$name: not everything builds"
        failed=$((failed + 1))
        [ -f "$folder/build.ninja" ] || return
    fi
    absent=$(not_built "$folder")
    for executable in $absent; do
        printf '#!/bin/sh\necho "this did not build"\nexit 1\n' >"$executable"
        chmod +x "$executable"
    done
    report=$folder/meson-logs/testlog.json
    built=$(date +%s)
    # shellcheck disable=SC2086
    meson test -C "$folder" --no-rebuild --print-errorlogs --num-processes "$jobs" $test_options
    status=$?
    # shellcheck disable=SC2086
    [ -z "$absent" ] || rm -f $absent
    if [ ! -s "$report" ]; then
        say "$name: no test ran"
        failed=$((failed + 1))
        return
    fi
    say "$name: $((built - started)) s to build, $(($(date +%s) - built)) s to test"
    bad=$(($(grep -c '"result": ' "$report") - $(count 'OK\|EXPECTEDFAIL\|SKIP' "$report")))
    [ "$status" = 0 ] || [ "$bad" != 0 ] || bad=1
    passed=$((passed + $(count 'OK\|EXPECTEDFAIL' "$report")))
    failed=$((failed + bad))
    skipped=$((skipped + $(count SKIP "$report")))
    grep '^skipped: ' "$folder/meson-logs/testlog.txt" | sort | uniq | sed "s/^/   $name: /"
}

wants() { case " $configurations " in *" $1 "*) true ;; *) false ;; esac; }

for configuration in $configurations; do
    case $configuration in
    gcc | clang | sanitize) ;;
    *) cannot "BPFXX_CONFIGS: there is no configuration $configuration" ;;
    esac
done

packages='meson ninja-build pkg-config libboost-dev doctest-dev python3 g++' # clang uses g++'s standard library
! wants gcc || packages="$packages libbenchmark-dev libbpf-dev libbpf-tools bpftool" # that the benchmarks run; not how fast. What objects are compared with
clang=
if wants clang || wants sanitize; then
    clang=$(newest_clang)
    [ -n "$clang" ] || cannot 'no clang from version 15 up is to be had here; BPFXX_CONFIGS=gcc tests without it'
    [ "$clang" = 19 ] || say "clang 19 is not to be had here: testing with clang $clang"
    packages="$packages clang-$clang"
    [ "$clang" != 19 ] || packages="$packages llvm-19" # the disassembler is compared with LLVM's
    ! wants sanitize || packages="$packages libclang-rt-$clang-dev"
fi
# shellcheck disable=SC2086
need $packages || cannot 'packages are missing'
new_enough_meson || cannot 'Meson is too old'

clang_command=clang++-$clang
command -v "$clang_command" >/dev/null 2>&1 || clang_command=clang++

for configuration in $configurations; do
    case $configuration in
    gcc) test_configuration gcc g++ '-Dbenchmarks=enabled' '' ;;
    clang) test_configuration clang "$clang_command" '--optimization=0 -Dbenchmarks=disabled' '' ;;
    sanitize)
        test_configuration sanitize "$clang_command" \
            '--optimization=0 --debug -Dbenchmarks=disabled -Db_sanitize=address,undefined -Db_lundef=false -Dcpp_args=-fno-sanitize-recover=all' \
            '--no-suite headers --no-suite rejects --no-suite consumer --no-suite setup'
        ;;
    esac
done
close_with
