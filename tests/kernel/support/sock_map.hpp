#pragma once
// Programs at maps of sockets, and what passes between two sockets.

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/kinds.hpp>
#include <bpfxx/program/verdict.hpp>

#include "kernel/support/counting.hpp"
#include "map/support/sockets.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace support {

inline constexpr auto pass = static_cast<std::uint32_t>(bpfxx::sk_action::pass);
inline constexpr auto drop = static_cast<std::uint32_t>(bpfxx::sk_action::drop);

inline bool send_text(socket_fd const& socket) { return ::send(socket.raw(), "text", 4, MSG_NOSIGNAL) == 4; }

/// Whether the text arrives, within some time.
inline bool receives(socket_fd const& socket, int milliseconds = 2000) {
    std::array<char, 8> buffer{};
    ::pollfd ready{socket.raw(), POLLIN, 0};
    return ::poll(&ready, 1, milliseconds) == 1 && ::recv(socket.raw(), buffer.data(), buffer.size(), 0) == 4;
}

/// From the client to the server; a program that drops it on the way out is told to the sender as EACCES.
inline bool passes(connection const& tcp) { return send_text(tcp.client) && receives(tcp.server, 100); }

// clang-format off: one step per line
/// Puts what is sent where the socket under index 1 receives it.
inline constexpr auto sending_to_1 = [] {
    using namespace bpfxx::insn;
    return assemble<bpfxx::program_kind::sk_msg>(
        load_map(r2, map_slot<0>{}), mov(r3, 1), mov(r4, 1 /* BPF_F_INGRESS */),
        bpfxx::insn::call(helper::msg_redirect_map), bpfxx::insn::exit());
}();

/// Counts; each piece of a stream is a message of its own.
inline constexpr auto whole = [] {
    using namespace bpfxx::insn;
    using parser = bpfxx::program_kind::sk_skb_stream_parser;
    return assemble<parser>(
        load(r6, r1 + ctx<parser>::len),
        store<std::uint32_t>(r10 - 4, 0),
        load_map(r1, map_slot<0>{}), mov(r2, r10), add(r2, -4), bpfxx::insn::call(helper::map_lookup_elem),
        jump_if(r0 == 0, "end"),
        mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
      label("end"),
        mov(r0, r6), bpfxx::insn::exit());
}();

/// Counts, and lets the socket under index 0 send what was received.
inline constexpr auto sending_back = [] {
    using namespace bpfxx::insn;
    return assemble<bpfxx::program_kind::sk_skb_stream_verdict>(
        mov(r6, r1),
        store<std::uint32_t>(r10 - 4, 0),
        load_map(r1, map_slot<1>{}), mov(r2, r10), add(r2, -4), bpfxx::insn::call(helper::map_lookup_elem),
        jump_if(r0 == 0, "end"),
        mov(r1, 1), atomic_add<std::uint64_t>(r0 + 0, r1),
      label("end"),
        mov(r1, r6), load_map(r2, map_slot<0>{}), mov(r3, 0), mov(r4, 0),
        bpfxx::insn::call(helper::sk_redirect_map), bpfxx::insn::exit());
}();
// clang-format on

} // namespace support
