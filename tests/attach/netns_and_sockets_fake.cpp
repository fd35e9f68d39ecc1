// SPDX-License-Identifier: BSL-1.0
// Attachments to network namespaces, maps of sockets, infrared receivers and sockets as the kernel sees them, and what
// is left where a step fails.
#include <bpfxx/attach/at_descriptor.hpp>
#include <bpfxx/attach/lirc.hpp>
#include <bpfxx/attach/netns.hpp>
#include <bpfxx/attach/reuseport.hpp>
#include <bpfxx/attach/sock_map.hpp>
#include <bpfxx/attach/socket.hpp>
#include <bpfxx/spec/required_fd.hpp>
#include <bpfxx/sys/socket_option.hpp>

#include "fake/kernel.hpp"
#include "kernel/support/made_up.hpp"

#include <doctest/doctest.h>

#include <asm/socket.h>
#include <asm/unistd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using support::made_up, support::made_up_program;

constexpr std::uint32_t prog_attach = 8, prog_detach = 9;

/// The words that BPF_PROG_ATTACH and BPF_PROG_DETACH start with; what follows has to be zero.
struct asked {
    std::uint32_t command, target, program, hook;
    friend bool operator==(asked const&, asked const&) = default;
};

asked read(fake::logged_call const& call) {
    for (std::uint32_t offset = 12; offset != call.size; offset += 4) CHECK(call.field<std::uint32_t>(offset) == 0);
    return {call.command, call.field<std::uint32_t>(0), call.field<std::uint32_t>(4), call.field<std::uint32_t>(8)};
}

std::vector<asked> asked_of(fake::kernel const& kernel) {
    std::vector<asked> all;
    for (auto const& call : kernel.calls())
        if (call.bpf) all.push_back(read(call));
    return all;
}

/// Attaching lends what was given; detaching goes by duplicates, whose numbers are others.
template <class Kind, class Hook>
void attaches_and_detaches(Hook const& hook, std::uint32_t target, std::uint32_t type) {
    auto program = std::optional{made_up_program<Kind>()};
    auto const number = static_cast<std::uint32_t>(program->fd().raw());
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    {
        auto const attached = program->attach(hook);
        REQUIRE(attached);
        program.reset();
    }
    kernel.stop();
    auto const calls = asked_of(kernel);
    REQUIRE(calls.size() == 2);
    CHECK(calls[0] == asked{prog_attach, target, number, type});
    CHECK(calls[1].command == prog_detach);
    CHECK((calls[1].target == 0) == (target == 0));
    CHECK((calls[1].target != target || target == 0));
    CHECK((calls[1].program != number && calls[1].program != 0));
    CHECK(calls[1].hook == type);
}

/// A failed attach is told, and is not undone; a failed detach is told once.
template <class Kind, class Hook>
void hands_on_errors(Hook const& hook) {
    auto const program = made_up_program<Kind>();
    {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return -EEXIST; }};
        CHECK(program.attach(hook).error() == error{errc::eexist, command::prog_attach});
        kernel.stop();
        CHECK(kernel.bpf_calls() == 1);
    }
    fake::kernel kernel{[](fake::bpf_call& call) -> long { return call.command == prog_attach ? 0 : -ENODEV; }};
    {
        auto attached = program.attach(hook).value();
        CHECK(attached.detach().error() == error{errc::enodev, command::prog_detach});
        CHECK(attached.detach());
    }
    kernel.stop();
    CHECK(kernel.bpf_calls() == 2);
}

/// What setsockopt(2) was asked, in the order of the calls.
struct option {
    int socket, name;
    friend bool operator==(option const&, option const&) = default;
};

std::vector<option> options_of(fake::kernel const& kernel) {
    std::vector<option> all;
    for (auto const& call : kernel.calls()) {
        if (call.number != __NR_setsockopt) continue;
        CHECK(call.arguments[1] == SOL_SOCKET);
        CHECK(call.arguments[4] == 4);
        all.push_back({static_cast<int>(call.arguments[0]), static_cast<int>(call.arguments[2])});
    }
    return all;
}

} // namespace

TEST_CASE("a descriptor that has to be given is lent as any other") {
    auto const socket = made_up<kind::socket>();
    CHECK(fd_ref<kind::socket>{required_fd_ref<kind::socket>{socket}} == socket.borrow());
    CHECK(fd_ref<kind::socket>{required_fd_ref<kind::socket>{socket.borrow()}} == socket.borrow());
    static_assert(!std::is_convertible_v<int, required_fd_ref<kind::socket>> &&
                  !std::is_convertible_v<owned_fd<kind::socket>, required_fd_ref<kind::socket>> &&
                  !std::is_convertible_v<fd_ref<kind::device>, required_fd_ref<kind::socket>>);
}

TEST_CASE("options of sockets are set and asked for") {
    int const number = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto const socket = owned_fd<kind::socket>::adopt_raw(number).value();
    CHECK(sys::set_socket_option(socket, SO_PRIORITY, 5));
    int priority = 0;
    CHECK(*sys::get_socket_option(socket, SO_PRIORITY, &priority, sizeof priority) == sizeof priority);
    CHECK(priority == 5);
    auto const unknown = sys::set_socket_option(socket, -1, 0);
    CHECK(unknown.error() == error{errc::enoprotoopt, command::set_socket_option});
    auto const nothing = fd_ref<kind::socket>::from_raw(-1);
    auto const asked = sys::get_socket_option(nothing, SO_PRIORITY, &priority, sizeof priority);
    CHECK(asked.error() == error{errc::ebadf, command::get_socket_option});
}

TEST_CASE("what at_descriptor attaches is detached by whoever undoes it") {
    auto const device = made_up<kind::device>();
    auto const program = made_up_program<program_kind::lirc_mode2>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    auto attached = direct::at_descriptor<kind::device>::attach(device, program.fd(), attach_type::lirc_mode2).value();
    CHECK(attached.undo());
    kernel.stop();
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("a map of sockets by BPF_PROG_ATTACH") {
    auto const map = made_up<kind::map>();
    auto const target = static_cast<std::uint32_t>(map.raw());
    direct::sock_map_hook const hook{.map = sock_map_reference::unchecked(map)};
    attaches_and_detaches<program_kind::sk_msg>(hook, target, 7);
    attaches_and_detaches<program_kind::sk_skb_stream_parser>(hook, target, 4);
    attaches_and_detaches<program_kind::sk_skb_stream_verdict>(hook, target, 5);
    attaches_and_detaches<program_kind::sk_skb_verdict>(hook, target, 38);
    hands_on_errors<program_kind::sk_msg>(hook);
}

TEST_CASE("an infrared receiver") {
    auto const device = made_up<kind::device>();
    direct::lirc_hook const hook{.device = device};
    attaches_and_detaches<program_kind::lirc_mode2>(hook, static_cast<std::uint32_t>(device.raw()), 16);
    hands_on_errors<program_kind::lirc_mode2>(hook);
}

TEST_CASE("the network namespace that the thread is in has no descriptor") {
    attaches_and_detaches<program_kind::flow_dissector>(direct::netns_hook{}, 0, 17);
    hands_on_errors<program_kind::flow_dissector>(direct::netns_hook{});
}

TEST_CASE("an attachment that moved detaches once") {
    auto const program = made_up_program<program_kind::flow_dissector>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    {
        auto first = program.attach(direct::netns_hook{}).value();
        auto const second = std::move(first);
        CHECK_FALSE(first);
        CHECK(second);
    }
    kernel.stop();
    CHECK(kernel.bpf_calls() == 2);
}

TEST_CASE("a descriptor that is none is told before anything is attached") {
    auto const program = made_up_program<program_kind::sk_msg>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    auto const nothing = sock_map_reference::unchecked(fd_ref<kind::map>::from_raw(-1));
    CHECK(program.attach(direct::sock_map_hook{.map = nothing}).error() == error{errc::ebadf, command::duplicate_fd});
    kernel.stop();
    CHECK(kernel.bpf_calls() == 0);
}

TEST_CASE("the options of sockets have the kernel's numbers, and nothing is undone that failed") {
    int const number = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto const socket = owned_fd<kind::socket>::adopt_raw(number).value();
    auto const program = made_up_program<program_kind::socket_filter>();
    fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
    auto const filter = program.attach(direct::socket_hook{.socket = socket});
    auto const choice = program.attach(direct::reuseport_hook{.socket = socket});
    kernel.stop();
    CHECK(filter.error() == error{errc::einval, command::set_socket_option}); // no program
    CHECK(choice.error() == error{errc::einval, command::set_socket_option});
    CHECK(options_of(kernel) == std::vector{option{number, 50}, option{number, 52}});
    CHECK(kernel.bpf_calls() == 0);
}
