// Every hook that gives a link, except those at perf events: each system call of attaching and of detaching fails, and
// nothing is left.
#include "hooks/places/links.hpp"

#include "kernel/support/hook_steps.hpp"

#include <doctest/doctest.h>

using namespace places::links;

TEST_CASE_TEMPLATE("a link that cannot be made leaves nothing", Place, EACH_PLACE_OF_A_LINK) {
    support::check_attach_steps<Place>();
}

TEST_CASE_TEMPLATE("a link that cannot be detached stays, and goes with its last descriptor", Place,
                   EACH_PLACE_OF_A_LINK) {
    support::check_detach_steps<Place>();
}

TEST_CASE_TEMPLATE("where descriptors run out there is no link", Place, EACH_PLACE_OF_A_LINK) {
    support::check_without_descriptors<Place>();
}
