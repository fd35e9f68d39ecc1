// Run by tests/meson.build, which expects exit status 77, or 1 where BPFXX_REQUIRE_KERNEL=1.
#include "kernel/support/skip.hpp"

TEST_CASE("a feature that is never there") { return support::skip("no kernel has this"); }

TEST_CASE("a privilege that is never there") { return support::lacks_privilege("nobody may do this"); }
