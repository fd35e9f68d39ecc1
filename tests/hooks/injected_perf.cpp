// Every hook at perf events, with a link, by ioctl(2) and by a probe of tracefs: each system call of attaching and of
// detaching fails, and neither events nor definitions of probes are left.
#include "hooks/places/events.hpp"

#include "kernel/support/hook_steps.hpp"

#include <doctest/doctest.h>

using namespace places::events;

TEST_CASE_TEMPLATE("an event that no program can be attached to is closed, and a probe removed", Place,
                   EACH_PLACE_OF_AN_EVENT) {
    support::check_attach_steps<Place>();
}

TEST_CASE_TEMPLATE("detaching from an event closes it whatever fails", Place, EACH_PLACE_OF_AN_EVENT) {
    support::check_detach_steps<Place>();
}

TEST_CASE_TEMPLATE("where descriptors run out there is no event", Place, EACH_PLACE_OF_AN_EVENT) {
    support::check_without_descriptors<Place>();
}
