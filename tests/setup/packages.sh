# Sourced by tests/run.sh, examples/quickstart.sh, benchmarks/run.sh and .ci/run: finds out which packages are missing and installs them.
# Names are those of Debian and Ubuntu.

# provided PACKAGE: whether what the package brings is there, on a machine that dpkg does not manage.
provided() {
    case $1 in
    ninja-build) command -v ninja >/dev/null 2>&1 ;;
    clang-[0-9]*) command -v "clang++-${1#clang-}" >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ;;
    libclang-rt-*) echo 'int main() {}' | clang++ -fsanitize=address -x c++ - -o /dev/null 2>/dev/null ;;
    libboost-dev) has_header boost/outcome/basic_result.hpp ;;
    doctest-dev) has_header doctest/doctest.h ;;
    libbenchmark-dev) has_header benchmark/benchmark.h ;;
    libbpf-dev) has_header bpf/bpf.h ;;
    libelf-dev) has_header libelf.h ;;
    zlib1g-dev) has_header zlib.h ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

has_header() {
    echo "#include <$1>" | "${CXX:-c++}" -std=c++20 -E -x c++ - >/dev/null 2>&1
}

# missing PACKAGE...: prints those that are not there, one a line.
missing() {
    for package; do
        if command -v dpkg-query >/dev/null 2>&1; then
            dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
        else
            provided "$package" || echo "$package"
        fi
    done
}

# available PACKAGE: whether apt-get could install it.
available() {
    apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

refreshed=no
refresh() {
    [ "$refreshed" = no ] || return 0
    refreshed=yes
    apt-get -q update >&2 || echo 'apt-get update failed; going on with the package lists that are here' >&2
}

# newest_clang: prints the version to use: 19, or where it cannot be had the newest from 15 up; nothing where there is none.
newest_clang() {
    [ -z "${BPFXX_CLANG:-}" ] || { echo "$BPFXX_CLANG"; return; }
    versions='19 24 23 22 21 20 18 17 16 15'
    [ -n "$(missing clang-19)" ] || { echo 19; return; }
    if command -v apt-get >/dev/null 2>&1; then
        [ "$(id -u)" != 0 ] || available clang-19 || refresh
        for version in $versions; do
            if [ -z "$(missing "clang-$version")" ] || available "clang-$version"; then echo "$version"; return; fi
        done
    fi
}

# need PACKAGE...: installs what is missing; fails with a sentence where it cannot.
need() {
    lacking=$(missing "$@" | tr '\n' ' ')
    lacking=${lacking% }
    [ -n "$lacking" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "This is neither Debian nor Ubuntu. Please install what these Debian packages hold, then run this again: $lacking" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "Missing: $lacking. Run this again with sudo, or: sudo apt-get install $lacking" >&2
        return 1
    fi
    refresh
    echo "Installing: $lacking" >&2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $lacking >&2 || {
        echo "apt-get could not install: $lacking" >&2
        return 1
    }
}

# new_enough_meson: fails with a sentence where the distribution's Meson is too old.
new_enough_meson() {
    version=$(meson --version) || return 1
    case $version in
    0.*)
        echo "bpfxx needs Meson 1.0 or newer and this is $version: install it with pipx install meson, or from backports" >&2
        return 1
        ;;
    esac
}

# give_back DIRECTORY: under sudo, what was built belongs to the one who asked for it.
give_back() {
    [ -z "${SUDO_UID:-}" ] || [ ! -e "$1" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$1"
}
