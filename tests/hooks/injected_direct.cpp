// Every hook without a link, except those at perf events: each system call of attaching and of detaching fails, answers
// of netlink get lost, and neither filters nor queueing disciplines, routes, actions or programs are left.
#include "hooks/places/direct.hpp"

#include "kernel/support/hook_steps.hpp"

#include <doctest/doctest.h>

using namespace places::without_link;

TEST_CASE_TEMPLATE("what cannot be attached leaves nothing", Place, EACH_PLACE_WITHOUT_A_LINK) {
    support::check_attach_steps<Place>();
}

TEST_CASE_TEMPLATE("what cannot be detached is told, counts as over, and keeps no descriptor", Place,
                   EACH_PLACE_WITHOUT_A_LINK) {
    support::check_detach_steps<Place>();
}

TEST_CASE_TEMPLATE("where descriptors run out there is no attachment", Place, EACH_PLACE_WITHOUT_A_LINK) {
    support::check_without_descriptors<Place>();
}
