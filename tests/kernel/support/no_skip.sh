#!/bin/sh
# no_skip.sh COMMAND...: an exit status of 77 (skipped) is a failure where BPFXX_REQUIRE_KERNEL=1, for tests that are not doctest executables.
"$@"
status=$?
if [ "$status" = 77 ] && [ "${BPFXX_REQUIRE_KERNEL:-}" = 1 ]; then
    echo 'skipped, which is a failure as BPFXX_REQUIRE_KERNEL=1'
    exit 1
fi
exit "$status"
