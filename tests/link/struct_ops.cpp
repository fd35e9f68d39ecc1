// A congestion control registered by a link: used by connections, swapped under them, gone with the link.
#include <bpfxx/link/struct_ops.hpp>

#include "kernel/support/fired.hpp"
#include "kernel/support/skip.hpp"
#include "map/tcp_control.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace {

using namespace bpfxx;
using namespace tcp_control;

/// Sends a megabyte through a connection of this machine with itself; false where the control cannot be chosen.
bool send_with(char const* control) {
    int const server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(server, any, size) == 0);
    REQUIRE(::listen(server, 1) == 0);
    REQUIRE(::getsockname(server, any, &size) == 0);
    int const client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool const chosen =
        ::setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, control, static_cast<socklen_t>(std::strlen(control))) == 0;
    if (chosen) {
        REQUIRE(::connect(client, any, size) == 0);
        int const accepted = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
        std::array<char, 16'384> block{};
        for (int i = 0; i != 64; ++i) {
            REQUIRE(::send(client, block.data(), block.size(), 0) == static_cast<ssize_t>(block.size()));
            REQUIRE(::recv(accepted, block.data(), block.size(), MSG_WAITALL) == static_cast<ssize_t>(block.size()));
        }
        ::close(accepted);
    }
    ::close(client);
    ::close(server);
    return chosen;
}

template <class Value>
result<linked_struct_ops_map<Value>> make_map(tcp_types const& types, any_btf const& some) {
    return linked_struct_ops_map<Value>::create({.btf = some.fd(), .value_type_id = btf::number(types.wrapper.id())});
}

constexpr char const* no_links = "this kernel registers struct_ops by update alone (before Linux 6.4)";

template <class Map>
concept attaches = requires(Map const& map) { attach(map); };
static_assert(attaches<linked_struct_ops_map<control<256>>> && !attaches<struct_ops_map<control<256>>>);

TEST_CASE("connections use the functions as long as the link lives") {
    auto const found = tcp_types::find();
    if (!found) return support::skip(no_ops);
    with_kernel_size(*found, []<class Value>(tcp_types const& types) {
        any_btf const some;
        auto const counter = array_map<std::uint64_t>::create({.max_entries = 1}).value();
        auto const made = make_map<Value>(types, some);
        if (!made) return support::skip(no_links);
        CHECK(attach(*made).error() == error{errc::einval, command::link_create}); // nothing is stored yet
        CHECK(made->update(made_control<Value>{types, "bpfxx_linked", &counter}.value()));
        {
            auto const link = attach(*made).value();
            CHECK(send_with("bpfxx_linked"));
            CHECK(**counter.lookup(0) > 0);
            auto const info = link.info().value();
            CHECK(info.map == *made->id());
            CHECK(info.id == *link.id());
            CHECK_FALSE(attach(*made));
            support::fired("struct_ops", "struct_ops_link");
        }
        CHECK_FALSE(send_with("bpfxx_linked"));
    });
}

TEST_CASE("a link takes another map of the same name, and no other map than the one expected") {
    auto const found = tcp_types::find();
    if (!found) return support::skip(no_ops);
    with_kernel_size(*found, []<class Value>(tcp_types const& types) {
        any_btf const some;
        auto const counter = array_map<std::uint64_t>::create({.max_entries = 1}).value();
        auto const first = make_map<Value>(types, some);
        if (!first) return support::skip(no_links);
        auto const second = make_map<Value>(types, some);
        auto const other = make_map<Value>(types, some);
        CHECK(first->update(made_control<Value>{types, "bpfxx_swapped"}.value()));
        CHECK(second->update(made_control<Value>{types, "bpfxx_swapped", &counter}.value()));
        CHECK(other->update(made_control<Value>{types, "bpfxx_other"}.value()));
        auto link = attach(*first).value();
        CHECK(send_with("bpfxx_swapped"));
        CHECK(**counter.lookup(0) == 0);
        CHECK(link.update(*second, *second).error() == error{errc::eperm, command::link_update});
        CHECK(link.update(*other).error() == error{errc::einval, command::link_update});
        CHECK(link.update(*second, *first));
        CHECK(link.info()->map == *second->id());
        CHECK(send_with("bpfxx_swapped"));
        CHECK(**counter.lookup(0) > 0);
    });
}

TEST_CASE("a link that was detached is readable, and has no map") {
    auto const found = tcp_types::find();
    if (!found) return support::skip(no_ops);
    with_kernel_size(*found, []<class Value>(tcp_types const& types) {
        any_btf const some;
        auto const made = make_map<Value>(types, some);
        if (!made) return support::skip(no_links);
        CHECK(made->update(made_control<Value>{types, "bpfxx_cut"}.value()));
        auto link = attach(*made).value();
        auto const detached = link.detach();
        if (!detached) {
            CHECK(detached.error() == error{errc::eopnotsupp, command::link_detach});
            return support::skip("this kernel detaches no struct_ops link (before Linux 6.11)");
        }
        CHECK_FALSE(is_registered("bpfxx_cut"));
        pollfd waiting{link.fd().raw(), POLLIN, 0};
        CHECK(::poll(&waiting, 1, 0) == 1);
        CHECK((waiting.revents & POLLHUP) != 0);
        CHECK_FALSE(link.info()->map);
        CHECK(link.update(*made).error() == error{errc::enolink, command::link_update});
    });
}

} // namespace
