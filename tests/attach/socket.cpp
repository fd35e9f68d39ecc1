// SPDX-License-Identifier: BSL-1.0
// Programs as filters of sockets on the running kernel: packets are shortened and dropped, filters replaced and locked.
#include <bpfxx/attach/socket.hpp>

#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/attach.hpp>
#include <bpfxx/program/handle.hpp>

#include "classic/support/run.hpp"
#include "kernel/support/counting.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using direct::socket_hook;
using tests::classic::bytes;
using tests::classic::unix_pair;

bytes const data(5, 1);

template <std::uint32_t Kept>
struct keeping {
    support::counter runs;
    std::optional<socket_filter_program> program = support::counting<program_kind::socket_filter, Kept>(runs);
};

constexpr auto keep_three = classic::assemble(classic::ret(3));

error failed(errc code, command during = command::set_socket_option) { return {code, during}; }

} // namespace

TEST_CASE("a filter shortens packets as long as its attachment lives") {
    unix_pair const sockets;
    keeping<2> two;
    {
        auto const attached = two.program->attach(socket_hook{.socket = sockets.receiver()}).value();
        two.program.reset(); // the socket keeps it
        CHECK(sockets.pass(data) == 2U);
        CHECK(two.runs.moved() == 1);
    }
    CHECK(sockets.pass(data) == 5U);
    CHECK(two.runs.moved() == 0);
    support::fired("socket_filter", "direct::socket_hook");
}

TEST_CASE("a filter drops packets, and one takes the place of another") {
    unix_pair const sockets;
    keeping<0> none;
    keeping<2> two;
    auto dropping = none.program->attach(socket_hook{.socket = sockets.receiver()}).value();
    CHECK(sockets.pass(data) == std::nullopt);
    CHECK(none.runs.moved() == 1);
    auto shortening = two.program->attach(socket_hook{.socket = sockets.receiver()}).value();
    CHECK(sockets.pass(data) == 2U);
    dropping = std::move(shortening); // detaches, as the kernel does not tell which of two programs is there
    CHECK(sockets.pass(data) == 5U);
    CHECK(dropping.detach().error() == failed(errc::enoent));
}

TEST_CASE("detach says what became of it, once") {
    unix_pair const sockets;
    keeping<2> two;
    auto attached = two.program->attach(socket_hook{.socket = sockets.receiver()}).value();
    CHECK(attached.detach());
    CHECK(sockets.pass(data) == 5U);
    CHECK(attached.detach());
    CHECK_FALSE(attached);

    auto gone = two.program->attach(socket_hook{.socket = sockets.receiver()}).value();
    CHECK(classic::detach(sockets.receiver()));
    CHECK(gone.detach().error() == failed(errc::enoent));
}

TEST_CASE("a classic filter that took the place stays there") {
    unix_pair const sockets;
    keeping<2> two;
    auto replaced = std::optional{two.program->attach(socket_hook{.socket = sockets.receiver()}).value()};
    CHECK(classic::attach(sockets.receiver(), keep_three));
    SUBCASE("when the program is detached") {
        CHECK(replaced->detach().error() == failed(errc::attached_by_another, command::get_socket_option));
    }
    SUBCASE("when the program is forgotten") { replaced.reset(); }
    CHECK(sockets.pass(data) == 3U);
}

TEST_CASE("a locked filter stays, whoever wants it gone") {
    unix_pair const sockets;
    keeping<2> two;
    keeping<0> none;
    auto attached = two.program->attach(socket_hook{.socket = sockets.receiver()}).value();
    CHECK_FALSE(*classic::is_locked(sockets.receiver()));
    CHECK(attached->lock());
    CHECK(*classic::is_locked(sockets.receiver()));
    CHECK(none.program->attach(socket_hook{.socket = sockets.receiver()}).error() == failed(errc::eperm));
    CHECK(classic::attach(sockets.receiver(), keep_three).error() == failed(errc::eperm));
    CHECK(classic::detach(sockets.receiver()).error() == failed(errc::eperm));
    CHECK(attached.detach().error() == failed(errc::eperm));
    CHECK(sockets.pass(data) == 2U);
}

TEST_CASE("what is left attached stays") {
    unix_pair const sockets;
    keeping<2> two;
    {
        two.program->attach(socket_hook{.socket = sockets.receiver()}).value().leave_attached();
    }
    CHECK(sockets.pass(data) == 2U);
}

TEST_CASE("the attachment keeps the socket") {
    auto sockets = std::optional<unix_pair>{std::in_place};
    auto const sender = owned_fd<kind::socket>::duplicate(sockets->sender()).value();
    keeping<2> two;
    auto attached = two.program->attach(socket_hook{.socket = sockets->receiver()}).value();
    sockets.reset();
    CHECK(::send(sender.raw(), "x", 1, MSG_NOSIGNAL) == 1);
    CHECK(attached.detach());
    attached = two.program->attach(socket_hook{.socket = sender}).value();
    CHECK(::send(sender.raw(), "x", 1, MSG_NOSIGNAL) == -1);
}

TEST_CASE("what is no socket, and nothing attached where a descriptor is missing") {
    unix_pair const sockets;
    keeping<2> two;
    auto const no_socket = fd_ref<kind::socket>::from_raw(two.runs.fd().raw());
    CHECK(two.program->attach(socket_hook{.socket = no_socket}).error() == failed(errc::enotsock));
    auto const nothing = fd_ref<kind::socket>::from_raw(-1);
    CHECK(two.program->attach(socket_hook{.socket = nothing}).error() == failed(errc::ebadf, command::duplicate_fd));
    {
        support::descriptors_left const none{0};
        auto const attached = two.program->attach(socket_hook{.socket = sockets.receiver()});
        CHECK(attached.error() == failed(errc::emfile, command::duplicate_fd));
    }
    CHECK(sockets.pass(data) == 5U);
}

TEST_CASE("a classic filter is read back, a program is not") {
    unix_pair const sockets;
    auto const& socket = sockets.receiver();
    std::vector<classic::instruction> room(4);
    CHECK(classic::attached_size(socket).value() == 0);
    CHECK(classic::attached(socket, room)->empty());
    CHECK(classic::attach(socket, keep_three));
    CHECK(classic::attached_size(socket).value() == 1);
    auto const read = classic::attached(socket, room).value();
    REQUIRE(read.size() == 1);
    CHECK(read[0] == keep_three.instructions()[0]);
    CHECK(read.data() == room.data());
    static constexpr auto longer = classic::assemble(classic::mov(classic::a, 3), classic::ret(classic::a));
    CHECK(classic::attach(socket, longer));
    CHECK(classic::attached(socket, std::span{room}.first(1)).error() ==
          failed(errc::einval, command::get_socket_option));
    CHECK(classic::attached(socket, {})->empty());
    CHECK(classic::attached(socket, std::span{room}.first(2))->size() == 2);

    keeping<2> two;
    auto const attached = two.program->attach(socket_hook{.socket = socket}).value();
    CHECK(classic::attached_size(socket).error() == failed(errc::eacces, command::get_socket_option));
    CHECK(classic::attached(socket, room).error() == failed(errc::eacces, command::get_socket_option));
    auto const no_socket = fd_ref<kind::socket>::from_raw(two.runs.fd().raw());
    CHECK(classic::is_locked(no_socket).error() == failed(errc::enotsock, command::get_socket_option));
}
