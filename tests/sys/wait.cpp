// Waiting: for descriptors, several at once, and for time to pass.
#include <bpfxx/sys/timeout.hpp>
#include <bpfxx/sys/wait.hpp>
#include <bpfxx/sys/watch.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <ratio>
#include <sys/time.h>
#include <unistd.h>

namespace {

using namespace bpfxx;
using namespace std::chrono_literals;

static_assert(timeout{0s}.nanoseconds() == 0);
static_assert(timeout{-5ms}.nanoseconds() == 0);
static_assert(timeout{1500us}.nanoseconds() == 1'500'000);
static_assert(timeout{2h}.nanoseconds() == 7'200'000'000'000);
static_assert(timeout{7ns}.nanoseconds() == 7);
static_assert(timeout{std::chrono::duration<double>{0.25}}.nanoseconds() == 250'000'000);
static_assert(timeout{std::chrono::duration<std::int64_t, std::ratio<1, 3>>{6}}.nanoseconds() == 2'000'000'000);
static_assert(timeout{std::chrono::hours::max()}.nanoseconds() == INT64_MAX);
static_assert(timeout::never().is_never() && !timeout::now().is_never() && timeout::now().nanoseconds() == 0);
static_assert(!timeout{std::chrono::nanoseconds::min()}.is_never());
static_assert(sys::detail::kernel_time{timeout{2500ms}}.seconds == 2);
static_assert(sys::detail::kernel_time{timeout{2500ms}}.nanoseconds == 500'000'000);

struct pipe_ends {
    int ends[2]{-1, -1};

    pipe_ends() { REQUIRE(::pipe(ends) == 0); }
    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;
    ~pipe_ends() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    [[nodiscard]] fd_ref<kind::file> out() const { return fd_ref<kind::file>::from_raw(ends[0]); }
    void write() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
};

std::int64_t now_ns() {
    ::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

// A signal in 5 ms, whose handler does nothing.
struct interrupted {
    interrupted() {
        struct sigaction nothing{};
        nothing.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &nothing, &before_);
        ::itimerval const soon{.it_interval = {0, 1000}, .it_value = {0, 5000}};
        ::setitimer(ITIMER_REAL, &soon, nullptr);
    }
    ~interrupted() {
        ::itimerval const off{};
        ::setitimer(ITIMER_REAL, &off, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }

  private:
    struct sigaction before_{};
};

} // namespace

TEST_CASE("waiting for a descriptor") {
    pipe_ends const pipe;
    CHECK(!sys::wait(pipe.out(), POLLIN, timeout::now()).value());
    auto const before = now_ns();
    CHECK(!sys::wait(pipe.out(), POLLIN, 3ms).value());
    CHECK(now_ns() - before >= 3'000'000);
    pipe.write();
    CHECK(sys::wait(pipe.out(), POLLIN, timeout::never()).value());
}

TEST_CASE("waiting for one of several") {
    pipe_ends const a;
    pipe_ends const b;
    ::pollfd watched[2]{{.fd = a.ends[0], .events = POLLIN, .revents = 0},
                        {.fd = b.ends[0], .events = POLLIN, .revents = 0}};
    CHECK(sys::wait(watched, timeout::now()).value() == 0);
    b.write();
    CHECK(sys::wait(watched, 1s).value() == 1);
    CHECK(watched[0].revents == 0);
    CHECK(watched[1].revents == POLLIN);
    a.write();
    CHECK(sys::wait(watched, 1s).value() == 2);
}

TEST_CASE("a set of descriptors") {
    pipe_ends const a;
    pipe_ends const b;
    auto const set = sys::watch_set::create().value();
    REQUIRE(set.add(a.out(), EPOLLIN, 1));
    REQUIRE(set.add(b.out(), EPOLLIN, std::uint64_t{1} << 40));
    CHECK(set.add(b.out(), EPOLLIN, 3).error() == error{errc::eexist, command::watch});
    ::epoll_event ready[2]{};
    CHECK(set.wait(ready, timeout::now()).value() == 0);
    CHECK(!sys::wait(set.fd(), POLLIN, timeout::now()).value());
    b.write();
    CHECK(sys::wait(set.fd(), POLLIN, timeout::now()).value());
    REQUIRE(set.wait(ready, timeout::never()).value() == 1);
    CHECK(std::uint64_t{ready[0].data.u64} == std::uint64_t{1} << 40);
    REQUIRE(set.remove(b.out()));
    CHECK(set.remove(b.out()).error() == error{errc::enoent, command::watch});
    CHECK(set.wait(ready, 1ms).value() == 0);
    CHECK(set.wait({}, 1ms).error() == error{errc::einval, command::wait});
    CHECK(set.add(fd_ref<kind::file>::from_raw(-1), EPOLLIN, 0).error() == error{errc::ebadf, command::watch});
}

TEST_CASE("sleeping, and a signal that ends it") {
    auto const before = now_ns();
    CHECK(sys::sleep(2ms));
    CHECK(now_ns() - before >= 2'000'000);
    pipe_ends const pipe;
    auto const set = sys::watch_set::create().value();
    interrupted const soon;
    CHECK(sys::sleep(10s).error() == error{errc::eintr, command::sleep});
    CHECK(sys::wait(pipe.out(), POLLIN, timeout::never()).error() == error{errc::eintr, command::wait});
    ::epoll_event ready{};
    CHECK(set.wait({&ready, 1}, 10s).error() == error{errc::eintr, command::wait});
    CHECK(name(command::watch) == "epoll");
}
