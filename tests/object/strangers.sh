#!/bin/sh
# strangers.sh PYTHON COMMAND...: runs it in a mount namespace of its own with the objects of Debian's libbpf-tools in
# $BPFXX_STRANGERS. Skipped (77) where the package is not installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$1
shift
BPFXX_STRANGERS=$(mktemp -d)
export BPFXX_STRANGERS
trap 'rm -rf "$BPFXX_STRANGERS"' EXIT
"$python" "$here/strangers.py" "$BPFXX_STRANGERS" || exit $?
sh "$here/in_a_mount_namespace.sh" "$@"
