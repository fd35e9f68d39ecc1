#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/reader.hpp>
#include <bpfxx/netlink/wire.hpp>
#include <bpfxx/result.hpp>
#include <bpfxx/sys/call.hpp>

#include <asm/unistd.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

// A small rtnetlink of our own, as attaching programs needs half a dozen requests and their exact answers.
namespace bpfxx::netlink {

/// A conversation with rtnetlink in one network namespace: that of the thread that opens it, wherever it goes then.
///
/// One request at a time. The kernel carries a request out while it is sent, so its answer is there at once: receiving
/// never waits. A failure `during` command::send_message is the kernel's refusal or nothing was sent; one during
/// command::receive_message leaves open what became of the request: see `is_unanswered`.
/// UAPI: socket(2) with AF_NETLINK, NETLINK_ROUTE; NETLINK_EXT_ACK, NETLINK_CAP_ACK
class [[nodiscard]] route_socket {
  public:
    /// Errors: EMFILE too many open descriptors; EPROTONOSUPPORT, EAFNOSUPPORT a kernel without it
    /// Costs: five system calls, no allocation
    [[nodiscard]] static result<route_socket> open() noexcept {
        long const made = sys::detail::enter(__NR_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
        if (sys::detail::is_failure(made)) return sys::detail::failure(made, command::open_socket);
        auto owned = owned_fd<kind::netlink>::from_kernel(static_cast<int>(made), command::open_socket);
        if (!owned) return owned.error();
        route_socket opened{*std::move(owned)};
        // Kernels that know neither answer without words, or with more than was asked for.
        opened.set(extended_acknowledgement);
        opened.set(short_acknowledgement);
        auto const named = opened.take_port();
        if (!named) return named.error();
        return opened;
    }

    /// Sends a request; the kernel has carried it out where this succeeds.
    /// Errors: message_refused it is longer than its buffer, and nothing was sent; what the kernel answers, with its
    /// words; EAGAIN, ENOBUFS, malformed_answer no answer came, or none that can be read
    /// Costs: two system calls, 16 KiB of stack, no allocation
    template <std::size_t Capacity>
    [[nodiscard]] result_with<void, refusal> ask(message<Capacity>& request) noexcept {
        return ask(request, [](message_view const&) {});
    }

    /// The same where answers come before the acknowledgement, or a dump's end: `each` gets them one by one, and must
    /// keep no view of them.
    /// Errors: also EINTR what is dumped changed meanwhile, so that the answers may be of two states; buffer_too_small
    /// one answer is longer than 16 KiB
    /// Costs: three system calls, one more for each further 8 to 16 KiB of answers
    template <std::size_t Capacity, std::invocable<message_view const&> Each>
    [[nodiscard]] result_with<void, refusal> ask(message<Capacity>& request, Each&& each) noexcept {
        bool const dumps = has(request.flags(), message_flags::dump) && !has(request.flags(), message_flags::create);
        request.add_flags(dumps ? message_flags::request : message_flags::request | message_flags::acknowledge);
        request.number(++sequence_);
        auto const sent = send(request.bytes());
        if (!sent) return refusal{sent.error()};
        using function = std::remove_reference_t<Each>;
        auto* const whom = const_cast<void*>(static_cast<void const*>(&each)); // `function` has its const back
        return collect({whom, [](void* to, message_view const& answer) { (*static_cast<function*>(to))(answer); }});
    }

    /// The number under which the kernel answers; no other socket of the namespace has it.
    [[nodiscard]] std::uint32_t port() const noexcept { return port_; }

    [[nodiscard]] fd_ref<kind::netlink> fd() const& noexcept { return fd_.borrow(); }
    fd_ref<kind::netlink> fd() const&& = delete; // this borrows from a temporary, which closes first: name the owner

  private:
    static constexpr int level = 270; // SOL_NETLINK
    static constexpr int short_acknowledgement = 10;
    static constexpr int extended_acknowledgement = 11;

    struct listener {
        void* to;
        void (*tell)(void* to, message_view const& answer);
    };

    explicit route_socket(owned_fd<kind::netlink> fd) noexcept : fd_{std::move(fd)} {}

    void set(int option) const noexcept {
        int const on = 1;
        sys::detail::enter(__NR_setsockopt, fd_.raw(), level, option, reinterpret_cast<long>(&on), sizeof on);
    }

    /// Answers name this port, which the kernel chooses.
    result<void> take_port() noexcept {
        address name;
        auto const at = reinterpret_cast<long>(&name);
        long const bound = sys::detail::enter(__NR_bind, fd_.raw(), at, sizeof name);
        if (sys::detail::is_failure(bound)) return sys::detail::failure(bound, command::open_socket);
        int size = sizeof name;
        long const told = sys::detail::enter(__NR_getsockname, fd_.raw(), at, reinterpret_cast<long>(&size));
        if (sys::detail::is_failure(told)) return sys::detail::failure(told, command::open_socket);
        port_ = name.port;
        return outcome::success();
    }

    [[nodiscard]] result<void> send(byte_view bytes) const noexcept {
        if (bytes.empty()) return error{errc::message_refused, command::send_message};
        ::iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
        ::msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        long const sent = sys::detail::enter(__NR_sendmsg, fd_.raw(), reinterpret_cast<long>(&message), 0);
        if (sys::detail::is_failure(sent)) return sys::detail::failure(sent, command::send_message);
        return outcome::success();
    }

    /// One datagram of the kernel's; empty for one of somebody else's.
    [[nodiscard]] result<byte_view> receive(std::span<std::byte> buffer) const noexcept {
        ::iovec piece{buffer.data(), buffer.size()};
        address sender{.port = 1};
        ::msghdr message{};
        message.msg_name = &sender;
        message.msg_namelen = sizeof sender;
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        long const got = sys::detail::enter(__NR_recvmsg, fd_.raw(), reinterpret_cast<long>(&message), MSG_DONTWAIT);
        if (sys::detail::is_failure(got)) return sys::detail::failure(got, command::receive_message);
        auto const size = static_cast<std::size_t>(got);
        if (sender.port != 0 || message.msg_namelen != sizeof sender) return byte_view{};
        if ((message.msg_flags & MSG_TRUNC) != 0 || size > buffer.size()) return lost(errc::buffer_too_small);
        return byte_view{buffer.first(size)};
    }

    [[nodiscard]] result_with<void, refusal> collect(listener const& each) const noexcept {
        alignas(message_header) std::byte buffer[16 * 1024];
        bool interrupted = false;
        while (true) {
            auto const datagram = receive(buffer);
            if (!datagram) return refusal{datagram.error()};
            for (auto rest = *datagram; !rest.empty();) {
                auto const answer = take_message(rest);
                if (!answer) return refusal{lost(errc::malformed_answer)};
                auto const& header = answer->header();
                if (header.sequence != sequence_ || header.port != port_) continue; // of an earlier request
                interrupted = interrupted || has(header.flags, message_flags::dump_interrupted);
                if (header.type == message_type::error || header.type == message_type::done)
                    return finish(*answer, interrupted);
                if (header.type == message_type::overrun) return refusal{lost(errc::enobufs)};
                if (header.type != message_type::noop) each.tell(each.to, *answer);
            }
        }
    }

    static result_with<void, refusal> finish(message_view const& answer, bool interrupted) noexcept {
        auto const said = read_acknowledgement(answer);
        if (!said) return refusal{lost(errc::malformed_answer)};
        if (said->code < 0)
            return refusal{{static_cast<errc>(-said->code), command::send_message}, sentence{said->text}};
        if (interrupted) return refusal{lost(errc::eintr)};
        return outcome::success();
    }

    static error lost(errc code) noexcept { return {code, command::receive_message}; }

    owned_fd<kind::netlink> fd_;
    std::uint32_t port_ = 0;
    std::uint32_t sequence_ = 0;
};

/// Whether the request may have been carried out all the same: it was sent, but what the kernel said of it was lost.
[[nodiscard]] constexpr bool is_unanswered(refusal const& why) noexcept {
    return why.failure.during == command::receive_message;
}

} // namespace bpfxx::netlink
