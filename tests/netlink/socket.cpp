// The conversation with rtnetlink: requests, dumps, the kernel's words, and answers that fail, lie or are missing.
#include <bpfxx/netlink/socket.hpp>

#include <bpfxx/netlink/answer.hpp>

#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/judged.hpp"
#include "kernel/support/skip.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::netlink;

message<64> get_device(std::uint32_t ifindex) {
    return {message_type::get_link, message_flags::none, link_message{.ifindex = ifindex}};
}

/// The device's name, or the refusal.
result_with<std::string, refusal> name_of(route_socket& routes, std::uint32_t ifindex) {
    auto request = get_device(ifindex);
    std::string name;
    auto const done = routes.ask(
        request, [&](message_view const& answer) { name = answer.behind<link_message>().text(link_attribute::name); });
    if (!done) return done.error();
    return name;
}

/// A datagram that the kernel did not send, put where it would have.
template <class... Value>
long answer_with(support::judged_call const& call, Value const&... values) {
    auto* const message = call.pointer<::msghdr>(1);
    [[maybe_unused]] auto* const buffer = static_cast<char*>(message->msg_iov->iov_base);
    long size = 0;
    (
        [&](auto const& value) {
            std::memcpy(buffer + size, &value, sizeof value);
            size += static_cast<long>(sizeof value);
        }(values),
        ...);
    address const kernel;
    std::memcpy(message->msg_name, &kernel, sizeof kernel);
    message->msg_namelen = sizeof kernel;
    return size;
}

struct acknowledged {
    message_header header;
    std::int32_t code = 0;
    message_header asked{};
};

acknowledged answer_to(std::uint32_t sequence, std::uint32_t port, std::int32_t code = 0) {
    return {{sizeof(acknowledged), message_type::error, message_flags::capped, sequence, port}, code};
}

/// What one request comes to when the test answers for the kernel.
template <class Judge>
std::optional<result_with<void, refusal>> judged_request(route_socket& routes, message<64> request, Judge judge) {
    std::optional<result_with<void, refusal>> done;
    if (!support::judged({__NR_recvmsg}, judge, [&] { done = routes.ask(request); })) return std::nullopt;
    return done;
}

constexpr char const* no_notifications = "this kernel has no seccomp user notifications";

error during_receive(errc code) { return {code, command::receive_message}; }

} // namespace

TEST_CASE("one device, and one that is not there") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("no network namespace of its own");
    auto routes = route_socket::open().value();
    CHECK(routes.port() != 0);
    CHECK(*name_of(routes, 1) == "lo");
    auto const none = name_of(routes, 0x7fff'0000);
    REQUIRE(!none);
    CHECK(none.error().failure == error{errc::enodev, command::send_message});
    CHECK_FALSE(is_unanswered(none.error()));
    CHECK(*name_of(routes, 1) == "lo"); // the conversation goes on
}

TEST_CASE("a dump of many answers in several datagrams") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("no network namespace of its own");
    auto routes = route_socket::open().value();
    constexpr std::uint32_t count = 100;
    for (std::uint32_t i = 0; i != count; ++i) { // addresses are cheap
        struct {
            std::uint8_t family = 2, bits = 32, flags = 0, scope = 254;
            std::uint32_t ifindex = 1;
        } const local;
        enum : std::uint16_t { ifa_local = 2 };
        message<64> request{message_type::new_address, message_flags::create, local};
        request.put(ifa_local, std::array<std::uint8_t, 4>{10, 0, 0, static_cast<std::uint8_t>(i)});
        REQUIRE(routes.ask(request));
    }
    message<64> request{message_type::get_route, message_flags::dump, route_message{.family = 2}};
    std::uint32_t seen = 0;
    int datagrams = 0;
    auto const count_routes = [&](message_view const& answer) {
        CHECK(answer.header().type == message_type::new_route);
        ++seen;
    };
    std::optional<result_with<void, refusal>> done;
    bool const ran = support::judged(
        {__NR_recvmsg},
        [&](support::judged_call const& call) -> std::optional<long> {
            datagrams = call.count;
            return std::nullopt;
        },
        [&] { done = routes.ask(request, count_routes); });
    if (!ran) return support::skip(no_notifications);
    CHECK(*done);
    CHECK(seen >= count);
    CHECK(datagrams >= 2);
}

TEST_CASE("what the kernel says in words is kept") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("no network namespace of its own");
    auto routes = route_socket::open().value();
    message<64> request{message_type::new_qdisc, message_flags::create, traffic_message{.ifindex = 1, .parent = 77}};
    auto const refused = routes.ask(request);
    REQUIRE(!refused);
    CHECK(refused.error().failure == error{errc::enoent, command::send_message});
    CHECK(refused.error().text.view() == "Failed to find specified qdisc");
}

TEST_CASE("a request that is longer than its buffer is not sent") {
    auto routes = route_socket::open().value();
    message<36> request{message_type::get_link, message_flags::none, link_message{.ifindex = 1}};
    request.put(link_attribute::name, std::uint64_t{});
    auto const refused = routes.ask(request);
    REQUIRE(!refused);
    CHECK(refused.error().failure == error{errc::message_refused, command::send_message});
    CHECK(*name_of(routes, 1) == "lo");
}

TEST_CASE("the socket belongs to the network namespace where it was opened") {
    support::own_network const network;
    if (!network) return support::lacks_privilege("no network namespace of its own");
    auto routes = route_socket::open().value();
    message<64> rename{message_type::set_link, message_flags::none, link_message{.ifindex = 1}};
    rename.put_text(link_attribute::name, "here");
    message<64> down{message_type::set_link, message_flags::none, link_message{.ifindex = 1, .change = IFF_UP}};
    REQUIRE(routes.ask(down));
    REQUIRE(routes.ask(rename));
    std::string told;
    std::thread{[&] {
        if (::unshare(CLONE_NEWNET) == 0) told = *name_of(routes, 1);
    }}.join();
    CHECK(told == "here");
}

TEST_CASE("no descriptor is left when opening fails at any step") {
    for (int const number : {__NR_socket, __NR_bind, __NR_getsockname}) {
        CAPTURE(number);
        std::optional<result<route_socket>> opened;
        bool const ran = support::judged(
            {number}, [](support::judged_call const&) { return std::optional<long>{-ENOBUFS}; },
            [&] { opened.emplace(route_socket::open()); });
        if (!ran) return support::skip(no_notifications);
        REQUIRE(!*opened);
        CHECK(opened->error() == error{errc::enobufs, command::open_socket});
    }
    {
        support::descriptors_left const none{0};
        CHECK(route_socket::open().error() == error{errc::emfile, command::open_socket});
    }
    // The leak listener of tests/main.cpp compares /proc/self/fd.
}

TEST_CASE("a kernel that knows no longer acknowledgements is asked all the same") {
    std::optional<result<route_socket>> opened;
    bool const ran = support::judged(
        {__NR_setsockopt}, [](support::judged_call const&) { return std::optional<long>{-ENOPROTOOPT}; },
        [&] { opened.emplace(route_socket::open()); });
    if (!ran) return support::skip(no_notifications);
    REQUIRE(*opened);
    CHECK(*name_of(**opened, 1) == "lo");
    auto const none = name_of(**opened, 0x7fff'0000); // the acknowledgement holds the whole request
    REQUIRE(!none);
    CHECK(none.error().failure.code == errc::enodev);
}

TEST_CASE("sending fails: nothing happened") {
    auto routes = route_socket::open().value();
    for (long const code : {EINTR, ENOBUFS, EPERM}) {
        std::optional<result_with<void, refusal>> done;
        auto request = get_device(1);
        bool const ran = support::judged(
            {__NR_sendmsg}, [&](support::judged_call const&) { return std::optional{-code}; },
            [&] { done = routes.ask(request); });
        if (!ran) return support::skip(no_notifications);
        REQUIRE(!*done);
        CHECK(done->error().failure == error{static_cast<errc>(code), command::send_message});
        CHECK_FALSE(is_unanswered(done->error()));
    }
}

TEST_CASE("receiving fails: what became of the request is not known, and the next one gets its own answer") {
    auto routes = route_socket::open().value();
    for (long const code : {EINTR, ENOBUFS, ENOMEM}) {
        auto const done =
            judged_request(routes, get_device(1), [&](support::judged_call const&) { return std::optional{-code}; });
        if (!done) return support::skip(no_notifications);
        REQUIRE(!*done);
        CHECK(done->error().failure == during_receive(static_cast<errc>(code)));
        CHECK(is_unanswered(done->error()));
    }
    CHECK(*name_of(routes, 1) == "lo"); // three old answers wait before this one
}

TEST_CASE("answers that are none") {
    auto routes = route_socket::open().value();
    auto const port = routes.port();
    std::uint32_t sequence = 0;
    auto const told = [&](auto const& judge) {
        ++sequence;
        auto const done = judged_request(routes, get_device(1), [&](support::judged_call const& call) {
            return call.count == 1 ? std::optional<long>{judge(call)} : std::nullopt;
        });
        if (!done || *done) return error{};
        return done->error().failure;
    };
    using call = support::judged_call;
    auto const one = [&](auto const&... values) {
        return told([&](call const& asked) { return answer_with(asked, values...); });
    };
    if (one(answer_to(1, port, -EXDEV)) == error{}) return support::skip(no_notifications);

    CHECK(one(answer_to(sequence + 1, port, -EXDEV)) == error{errc::exdev, command::send_message});
    CHECK(one(answer_to(sequence + 1, port)) == error{}); // done
    message_header const asked{0, message_type::new_link, {}, 0, 0};
    // Cut, or with a length that is none.
    CHECK(one(std::uint32_t{16}) == during_receive(errc::malformed_answer));
    CHECK(one(message_header{17, message_type::done, {}, 0, 0}) == during_receive(errc::malformed_answer));
    CHECK(one(asked) == during_receive(errc::malformed_answer));
    CHECK(one(message_header{18, message_type::error, {}, sequence + 1, port}, std::uint32_t{}) ==
          during_receive(errc::malformed_answer));
    CHECK(one(message_header{16, message_type::overrun, {}, sequence + 1, port}) == during_receive(errc::enobufs));
    // A message to pass over, and then the acknowledgement.
    CHECK(one(message_header{16, message_type::noop, {}, sequence + 1, port}, answer_to(sequence + 1, port, -EXDEV)) ==
          error{errc::exdev, command::send_message});
    // A dump that somebody disturbed.
    CHECK(one(message_header{16, message_type::new_link, message_flags::dump_interrupted, sequence + 1, port},
              message_header{20, message_type::done, {}, sequence + 1, port},
              std::int32_t{0}) == during_receive(errc::eintr));
    CHECK(one(message_header{20, message_type::done, {}, sequence + 1, port}, std::int32_t{-EXDEV}) ==
          error{errc::exdev, command::send_message});
    // Longer than the buffer.
    CHECK(told([&](call const& given) {
              given.pointer<::msghdr>(1)->msg_flags |= MSG_TRUNC;
              auto const size = answer_with(given, answer_to(sequence, port));
              given.pointer<::msghdr>(1)->msg_flags |= MSG_TRUNC;
              return size;
          }) == during_receive(errc::buffer_too_small));
    CHECK(told([&](call const& given) {
              answer_with(given, answer_to(sequence, port));
              return 1L << 20;
          }) == during_receive(errc::buffer_too_small));
}

TEST_CASE("what others send, and answers to others, are passed over") {
    auto routes = route_socket::open().value();
    auto const port = routes.port();
    auto const foreign = answer_to(1, port, -EXDEV);
    std::uint32_t sequence = 0;
    // Each of these comes before the real answer, which succeeds.
    auto const passed = [&](auto const& fill) {
        ++sequence;
        return judged_request(routes, get_device(1), [&](support::judged_call const& call) {
            return call.count == 1 ? std::optional<long>{fill(call)} : std::nullopt;
        });
    };
    auto const from = [&](std::uint32_t sender, int name_size) {
        return [=, &foreign](support::judged_call const& call) {
            auto const size = answer_with(call, foreign);
            address const other{.port = sender};
            auto* const message = call.pointer<::msghdr>(1);
            std::memcpy(message->msg_name, &other, sizeof other);
            message->msg_namelen = static_cast<::socklen_t>(name_size);
            return size;
        };
    };
    auto const first = passed(from(4711, sizeof(address)));
    if (!first) return support::skip(no_notifications);
    CHECK(*first);
    CHECK(*passed(from(0, 0)));
    auto const with = [&](acknowledged const& answer) {
        return [=](support::judged_call const& call) { return answer_with(call, answer); };
    };
    CHECK(*passed(with(answer_to(sequence, port, -EXDEV))));         // an earlier request's
    CHECK(*passed(with(answer_to(sequence + 2, port, -EXDEV))));     // none that was made
    CHECK(*passed(with(answer_to(sequence + 1, port + 1, -EXDEV)))); // another socket's
    CHECK(*passed([](support::judged_call const& call) { return answer_with(call); }));
}

TEST_CASE("no answer at all does not wait for ever") {
    auto routes = route_socket::open().value();
    std::optional<result_with<void, refusal>> done;
    auto request = get_device(1);
    bool const ran = support::judged(
        {__NR_sendmsg}, [](support::judged_call const&) { return std::optional<long>{32}; }, // and it is not sent
        [&] { done = routes.ask(request); });
    if (!ran) return support::skip(no_notifications);
    REQUIRE(!*done);
    CHECK(done->error().failure == during_receive(errc::eagain));
}
