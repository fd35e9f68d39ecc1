// How often a producer of a user ring buffer enters the kernel, and what becomes of a call that fails.
#include <bpfxx/ring/user_producer.hpp>

#include "kernel/support/injected.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

namespace {

using namespace bpfxx;
using namespace std::chrono_literals;
using bytes = user_ring_producer<>;

constexpr std::uint32_t page = 4096;

std::optional<user_ring_buffer> ring() {
    auto made = user_ring_buffer::create({.size_bytes = page});
    if (!made) {
        support::skip("user ring buffers need Linux 6.1");
        return std::nullopt;
    }
    return std::move(*made);
}

/// The numbers of the calls, without those that end something.
std::vector<long> numbers(std::vector<support::made_call> const& calls) {
    std::vector<long> made;
    for (auto const& each : calls)
        if (each.number != __NR_munmap && each.number != __NR_close) made.push_back(each.number);
    return made;
}
using calls = std::vector<long>;

TEST_CASE("opening is four calls, and each of them may fail") {
    auto const map = ring();
    if (!map) return;
    struct {
        int code;
        error seen;
    } const rows[]{
        {EMFILE, {errc::emfile, command::duplicate_fd}},
        {EPERM, {errc::eperm, command::obj_get_info_by_fd}},
        {ENOMEM, {errc::enomem, command::map_memory}},
        {EPERM, {errc::eperm, command::map_memory}},
    };
    for (std::size_t which = 0; which <= std::size(rows); ++which) {
        std::optional<result<bytes>> opened;
        auto const failing = support::failing_call{.which = which, .code = which == 0 ? 0 : rows[which - 1].code};
        auto const made = support::with_failure(failing, [&] { opened.emplace(bytes::open(*map)); });
        if (which == 0) {
            CHECK(numbers(made) == calls{__NR_fcntl, __NR_bpf, __NR_mmap, __NR_mmap});
            CHECK(*opened);
        } else {
            REQUIRE_FALSE(*opened);
            CHECK(opened->error() == rows[which - 1].seen);
        }
    }
    CHECK(map->freeze()); // nothing is mapped any more
}

TEST_CASE("writing is no call, waiting one, and two more the first time") {
    auto const map = ring();
    if (!map) return;
    auto producer = bytes::open(*map).value();
    std::array<bool, 3> had_room{};
    auto const written = support::with_failure({}, [&] {
        for (std::size_t i = 0; i != 2; ++i) {
            auto sample = producer.try_reserve(100);
            had_room[i] = sample && *sample;
            if (i == 0) (*sample)->submit();
        }
        auto sample = producer.reserve(100, 1s);
        had_room[2] = sample && *sample;
        static_cast<void>(producer.available_bytes());
        static_cast<void>(producer.discard_abandoned());
    });
    CHECK(written.empty());
    CHECK(had_room == std::array{true, true, true});

    while (producer.try_reserve(16).value()) {
    }
    CHECK(producer.available_bytes() != 0);
    bool timed_out = false;
    auto const wait = [&] {
        auto const sample = producer.reserve(16, 20ms);
        timed_out = sample && !*sample;
    };
    auto const looked = support::with_failure({}, [&] { timed_out = !*producer.reserve(16, timeout::now()); });
    CHECK(looked.empty());
    CHECK(timed_out);
    // The ring is writable in the end, if only by a few bytes, which is the first edge.
    auto const first = support::with_failure({}, wait);
    CHECK(numbers(first) == calls{__NR_epoll_create1, __NR_epoll_ctl, __NR_epoll_pwait2, __NR_epoll_pwait2});
    CHECK(timed_out);
    CHECK(numbers(support::with_failure({}, wait)) == calls{__NR_epoll_pwait2});
    CHECK(timed_out);
}

TEST_CASE("a wait that cannot be is an error, and the next one begins anew") {
    auto const map = ring();
    if (!map) return;
    auto producer = bytes::open(*map).value();
    (*producer.try_reserve(page - 8).value()).submit();
    error seen{};
    auto const wait = [&] {
        auto const sample = producer.reserve(16, 10ms);
        seen = sample ? error{} : sample.error();
    };
    static_cast<void>(support::with_failure({.which = 1, .code = EMFILE}, wait));
    CHECK(seen == error{errc::emfile, command::watch});
    static_cast<void>(support::with_failure({.which = 2, .code = ENOSPC}, wait));
    CHECK(seen == error{errc::enospc, command::watch});
    static_cast<void>(support::with_failure({.which = 3, .code = EINTR}, wait));
    CHECK(seen == error{errc::eintr, command::wait});
    CHECK(numbers(support::with_failure({}, wait)) == calls{__NR_epoll_pwait2});
    CHECK(seen == error{});
}

} // namespace
