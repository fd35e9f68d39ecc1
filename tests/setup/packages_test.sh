#!/bin/sh
# Tests packages.sh against a machine that is made up: commands of a folder that stands first in PATH.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# The made-up machine: $folder/installed and $folder/available list packages, $folder/did tells what apt-get was asked to do.
command_that() {
    { echo '#!/bin/sh'; cat; } >"$folder/bin/$1"
    chmod +x "$folder/bin/$1"
}

machine() {
    rm -rf "$folder/bin"
    mkdir "$folder/bin"
    : >"$folder/did"
    for name in sh grep tr sed cat; do ln -s "$(command -v "$name")" "$folder/bin/$name"; done
    echo 'g++ python3' | tr ' ' '\n' >"$folder/installed"
    echo 'g++ python3 meson clang-19 clang-17 clang-18' | tr ' ' '\n' >"$folder/available"
    command_that id <<'E2'
cat "$FOLDER/user"
E2
    echo 0 >"$folder/user"
}

debian() {
    machine
    command_that dpkg-query <<'E2'
for package; do :; done
grep -qx -e "$package" "$FOLDER/installed" && { echo installed; exit; }
[ "$package" = removed ] && { echo config-files; exit; }
[ "$package" = purged ] && { echo not-installed; exit; }
echo "dpkg-query: no packages found matching $package" >&2
exit 1
E2
    command_that apt-cache <<'E2'
echo "$2:"
if grep -qx -e "$2" "$FOLDER/available"; then echo '  Candidate: 1.0'; else echo '  Candidate: (none)'; fi
E2
    command_that apt-get <<'E2'
echo "$*" >>"$FOLDER/did"
case $* in
*update*) exit 0 ;;
esac
for package; do
    case $package in
    -* | install) ;;
    *) grep -qx -e "$package" "$FOLDER/available" || exit 100; echo "$package" >>"$FOLDER/installed" ;;
    esac
done
E2
}

fedora() {
    machine
    for name in g++ python3 clang++; do command_that "$name" </dev/null; done
}

# expect WHAT EXPECTED COMMAND: what a command of packages.sh prints, and its exit status.
expect() {
    got=$(FOLDER=$folder PATH=$folder/bin "$folder/bin/sh" -c ". '$here/packages.sh'; $3" 2>&1; echo "status $?")
    [ "$got" = "$2" ] && return
    failures=$((failures + 1))
    printf 'failed: %s\nexpected:\n%s\ngot:\n%s\n' "$1" "$2" "$got"
}

did() {
    [ "$(cat "$folder/did")" = "$2" ] && return
    failures=$((failures + 1))
    printf 'failed: %s\napt-get was asked:\n%s\n' "$1" "$(cat "$folder/did")"
}

debian
expect 'missing names what dpkg does not call installed' "meson
removed
purged
status 0" 'missing g++ meson python3 removed purged'
expect 'nothing missing: nothing done' 'status 0' 'need g++ python3'
did 'nothing missing: nothing done' ''

expect 'what is missing is installed' 'Installing: meson clang-19
status 0' 'need g++ meson clang-19'
did 'an update, then one install' '-q update
-q install -y --no-install-recommends meson clang-19'
expect 'and is then there' 'status 0' 'missing g++ meson clang-19'

debian
expect 'a package that cannot be had' 'Installing: none
apt-get could not install: none
status 1' 'need none'

debian
echo 1000 >"$folder/user"
expect 'not root: says what to do' 'Missing: meson. Run this again with sudo, or: sudo apt-get install meson
status 1' 'need g++ meson'
did 'not root: asks apt-get for nothing' ''

debian
expect 'clang 19 where it can be had' '19
status 0' newest_clang
echo 'clang-17 clang-18' | tr ' ' '\n' >"$folder/available"
expect 'else the newest that can be had' '18
status 0' newest_clang
echo clang-16 >>"$folder/installed"
echo clang-15 >"$folder/available"
expect 'or that is installed' '16
status 0' newest_clang
echo clang-14 >"$folder/available"
echo >"$folder/installed"
expect 'nothing below 15' 'status 0' newest_clang
expect 'unless asked for' '14
status 0' 'BPFXX_CLANG=14; newest_clang'

debian
command_that meson <<'E2'
echo 0.61.2
E2
expect 'an old Meson' 'bpfxx needs Meson 1.0 or newer and this is 0.61.2: install it with pipx install meson, or from backports
status 1' new_enough_meson
command_that meson <<'E2'
echo 1.0.1
E2
expect 'a new Meson' 'status 0' new_enough_meson

fedora
expect 'another distribution, all there' 'status 0' 'need g++ python3'
expect 'another distribution, says what to install' 'This is neither Debian nor Ubuntu. Please install what these Debian packages hold, then run this again: meson ninja-build
status 1' 'need g++ meson ninja-build python3'
expect 'another distribution, its clang' '19
status 0' newest_clang

[ "$failures" = 0 ]
