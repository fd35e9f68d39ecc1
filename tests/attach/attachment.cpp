// The guard that all attachments without a link share: it ends them once, and only if nobody did so before.
#include <bpfxx/attach/attachment.hpp>
#include <bpfxx/link/order.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

struct counting {
    std::vector<int>* ended;
    int number;
    result<void> answer = outcome::success();

    result<void> undo() noexcept {
        ended->push_back(number);
        return answer;
    }
};
using guard = direct::attachment<counting>;

TEST_CASE("the destructor ends it once") {
    std::vector<int> ended;
    {
        guard one{{&ended, 1}};
        CHECK(one);
        CHECK(one->number == 1);
        CHECK((*one).number == 1);
        guard const moved = std::move(one);
        CHECK_FALSE(one);
        CHECK(moved);
        CHECK(ended.empty());
    }
    CHECK(ended == std::vector{1});
}

TEST_CASE("detach tells a failure, and nothing is ended twice") {
    std::vector<int> ended;
    {
        guard one{{&ended, 1, error{errc::enoent, command::prog_detach}}};
        CHECK(one.detach().error() == error{errc::enoent, command::prog_detach});
        CHECK_FALSE(one);
        CHECK(one.detach());
    }
    CHECK(ended == std::vector{1});
}

TEST_CASE("what is assigned over ends first; what is left stays") {
    std::vector<int> ended;
    {
        guard one{{&ended, 1}};
        guard two{{&ended, 2}};
        one = std::move(two);
        CHECK(ended == std::vector{1});
        auto& same = one;
        one = std::move(same);
        CHECK(one);
        guard three{{&ended, 3}};
        std::move(three).leave_attached();
    }
    CHECK(ended == std::vector{1, 2});
}

static_assert(!std::is_copy_constructible_v<guard> && !std::is_copy_assignable_v<guard>);
static_assert(std::is_nothrow_move_constructible_v<guard> && std::is_nothrow_move_assignable_v<guard>);

constexpr bool is(attach_order order, attach_flags flags, std::uint32_t place) {
    return order.flags() == flags && order.place().raw() == place;
}

static_assert(is({}, attach_flags::none, 0));
static_assert(is(attach_order::first(), attach_flags::before, 0) && is(attach_order::last(), attach_flags::after, 0));
static_assert(is(attach_order::before(fd_ref<kind::program>::from_raw(7)), attach_flags::before, 7));
static_assert(is(attach_order::after(fd_ref<kind::link>::from_raw(8)), attach_flags::after | attach_flags::link, 8));
static_assert(is(attach_order::before(program_id{9}), attach_flags::before | attach_flags::id, 9));
static_assert(is(attach_order::after(link_id{10}), attach_flags::after | attach_flags::id | attach_flags::link, 10));

} // namespace
