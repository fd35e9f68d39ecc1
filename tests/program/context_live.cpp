// SPDX-License-Identifier: BSL-1.0
// Programs that read and write fields of their contexts, run by the kernel.
#include <bpfxx/program/context.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/sys/attr/link.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/groups_and_events.hpp"
#include "map/support/sockets.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <span>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

// ---- run on request ----

TEST_CASE("an XDP program reads a packet between data and data_end") {
    using on_packet = ctx<program_kind::xdp>;
    // Passes packets of 16 bytes or more whose last of those is 7.
    // clang-format off: one step per line
    constexpr auto last_is_7 = assemble(
        load(r2, r1 + on_packet::data),
        load(r3, r1 + on_packet::data_end),
        mov(r0, 1),
        mov(r4, r2), add(r4, 16),
        jump_if(r4 > r3, "out"),
        load<std::uint8_t>(r5, r2 + 15),
        jump_if(r5 != 7, "out"),
        mov(r0, 2),
      label("out"),
        exit());
    // clang-format on
    auto const loaded = xdp_program::load({.insns = last_is_7, .license = "GPL"}).value();
    std::array<std::byte, 64> packet{};
    CHECK(test_run(loaded, {.data = packet}).value().retval == 1);
    packet[15] = std::byte{7};
    CHECK(test_run(loaded, {.data = packet}).value().retval == 2);
    CHECK(test_run(loaded, {.data = std::span{packet}.first(16)}).value().retval == 2);
    CHECK(test_run(loaded, {.data = std::span{packet}.first(15)}).value().retval == 1);
}

/// Words of a __sk_buff.
using packet_context = std::array<std::uint32_t, 48>;

template <class Kind>
packet_context run_on_packet(std::span<instruction const> code, packet_context context) {
    auto const loaded = program<Kind>::load({.insns = code, .license = "GPL"}).value();
    std::array<std::byte, 64> const packet{};
    packet_context after{};
    auto const ran = test_run(loaded, {.data = packet,
                                       .context = std::as_bytes(std::span{context}),
                                       .context_out = std::as_writable_bytes(std::span{after})});
    REQUIRE(ran);
    return after;
}

TEST_CASE("a classifier reads and writes its fields") {
    using on_packet = ctx<program_kind::sched_cls>;
    // clang-format off: one step per line
    constexpr auto move = assemble(
        load(r2, r1 + on_packet::mark), add(r2, 1), store(r1 + on_packet::mark, r2),
        load(w3, r1 + on_packet::cb[1]), store(r1 + on_packet::cb[4], w3),
        load(r4, r1 + on_packet::tstamp), store(r1 + on_packet::tstamp, r4),
        load(r5, r1 + on_packet::len), store(r1 + on_packet::cb[0], r5),
        load<std::uint8_t>(r5, r1 + on_packet::cb[1]), store<std::uint16_t>(r1 + on_packet::cb[2], r5),
        mov(r0, 0), exit());
    // clang-format on
    packet_context context{};
    context[2] = 41;
    context[13] = 0x1122'3344;
    auto const after = run_on_packet<program_kind::sched_cls>(move, context);
    CHECK(after[2] == 42);
    CHECK(after[12] == 64);
    CHECK(after[13] == 0x1122'3344);
    CHECK(after[14] == (std::endian::native == std::endian::little ? 0x44u : 0x11u << 16));
    CHECK(after[16] == 0x1122'3344);
}

TEST_CASE("a constant goes into a field") {
    using on_packet = ctx<program_kind::sched_cls>;
    constexpr auto mark = assemble(store(r1 + on_packet::mark, 99), mov(r0, 0), exit());
    auto const loaded = sched_cls_program::load({.insns = mark, .license = "GPL"});
    if (!loaded && loaded.error().code == errc::eacces)
        return support::skip("constants are stored to contexts since Linux 6.4");
    CHECK(run_on_packet<program_kind::sched_cls>(mark, {})[2] == 99);
}

TEST_CASE("a raw tracepoint program reads its arguments") {
    using arguments = ctx<program_kind::raw_tracepoint>;
    constexpr auto difference =
        assemble(load(r0, r1 + arguments::args[2]), load(r2, r1 + arguments::args[0]), sub(r0, r2), exit());
    auto const loaded = raw_tracepoint_program::load({.insns = difference, .license = "GPL"}).value();
    std::uint64_t const given[] = {100, 7, 142};
    CHECK(test_run(loaded, {.context = std::as_bytes(std::span{given})}).value().retval == 42);
}

/// `struct bpf_sk_lookup` as it goes into a test run.
struct lookup_context {
    std::uint64_t cookie = 0;
    std::uint32_t family = AF_INET;
    std::uint32_t protocol = IPPROTO_TCP;
    std::uint32_t remote_ip4 = 0;
    std::uint32_t remote_ip6[4]{};
    std::uint16_t remote_port = 0;
    std::uint16_t zero = 0;
    std::uint32_t local_ip4 = 0;
    std::uint32_t local_ip6[4]{};
    std::uint32_t local_port = 0;
    std::uint32_t ingress_ifindex = 0;
    std::uint32_t padding = 0;
};

TEST_CASE("a program that looks for a socket sees the ports") {
    using on_lookup = ctx<program_kind::sk_lookup>;
    // Passes what comes from port 1234, given in network order, to port 80.
    // clang-format off: one step per line
    constexpr auto from_1234_to_80 = assemble(
        mov(r0, 0),
        load(r2, r1 + on_lookup::local_port), jump_if(r2 != 80, "out"),
        load(r2, r1 + on_lookup::remote_port), jump_if(r2 != 0xd204, "out"),
        load<std::uint8_t>(r2, r1 + on_lookup::protocol), jump_if(r2 != 6, "out"),
        mov(r0, 1),
      label("out"),
        exit());
    // clang-format on
    auto const loaded = sk_lookup_program::load({.insns = from_1234_to_80, .license = "GPL"}).value();
    auto const run = [&](lookup_context context) {
        auto const ran = test_run(loaded, {.context = std::as_bytes(std::span{&context, 1})});
        REQUIRE(ran);
        return ran.value().retval;
    };
    CHECK(run({.remote_port = htons(1234), .local_port = 80}) == 1);
    CHECK(run({.remote_port = htons(1234), .local_port = 81}) == 0);
    CHECK(run({.remote_port = htons(1235), .local_port = 80}) == 0);
}

// ---- attached to a group ----

/// A program at work in a group until the end of its life.
template <class Kind>
class at_work {
  public:
    at_work(std::span<instruction const> code, fd_ref<kind::cgroup> group, attach_type where) {
        char log[4096];
        auto const loaded = program<Kind>::load({.insns = code, .license = "GPL", .expected_attach_type = where}, log);
        INFO(std::string{loaded ? "" : loaded.error().log});
        REQUIRE(loaded);
        auto linked =
            sys::call(sys::attr::link_create_cgroup{.prog_fd = loaded->fd(), .target_fd = group, .attach_type = where});
        REQUIRE(linked);
        link_.emplace(std::move(*linked));
    }

  private:
    std::optional<owned_fd<kind::link>> link_;
};

/// What a process in the group says, which may be 0 to 255.
template <class Work>
int in_group(fd_ref<kind::cgroup> group, Work work) {
    int const members = ::openat(group.raw(), "cgroup.procs", O_WRONLY | O_CLOEXEC);
    pid_t const child = ::fork();
    if (child == 0) ::_exit(::write(members, "0", 1) == 1 ? work() : 255);
    ::close(members);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WEXITSTATUS(status);
}

TEST_CASE("a program decides over devices by their numbers") {
    using on_device = ctx<program_kind::cgroup_device>;
    support::own_cgroup const groups;
    if (!groups) return support::lacks_privilege("cgroup2 cannot be mounted here");
    auto const group = groups.open_empty();
    // Everything but /dev/zero, which is 1:5, and that only for reading; the access stands in the upper half.
    // clang-format off: one step per line
    constexpr auto no_reading_of_zero = assemble(
        mov(r0, 1),
        load(r2, r1 + on_device::major), jump_if(r2 != 1, "out"),
        load(r2, r1 + on_device::minor), jump_if(r2 != 5, "out"),
        load<std::uint16_t>(r3, r1 + on_device::access_type), jump_if(r3 != 2, "out"),
        load(r3, r1 + on_device::access_type), shr(r3, 16), and_(r3, 2), jump_if(r3 == 0, "out"),
        mov(r0, 0),
      label("out"),
        exit());
    // clang-format on
    auto const opens = [](char const* path, int how) {
        return [=] { return ::open(path, how | O_CLOEXEC) >= 0 ? 1 : 0; };
    };
    CHECK(in_group(group, opens("/dev/zero", O_RDONLY)) == 1);
    at_work<program_kind::cgroup_device> const deciding{no_reading_of_zero, group, attach_type::cgroup_device};
    CHECK(in_group(group, opens("/dev/zero", O_RDONLY)) == 0);
    CHECK(in_group(group, opens("/dev/zero", O_WRONLY)) == 1);
    CHECK(in_group(group, opens("/dev/null", O_RDONLY)) == 1);
}

TEST_CASE("a program leads a connection to another port") {
    using on_connect = ctx<program_kind::cgroup_sock_addr>;
    support::own_cgroup const groups;
    support::own_network const network;
    if (!groups || !network) return support::lacks_privilege("no cgroup2 or no network of its own");
    auto const group = groups.open_empty();
    auto const listening = support::take_over(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(support::bind_to(listening, support::loopback(4000)));
    REQUIRE(::listen(listening.raw(), 4) == 0);
    auto const connect_to_1 = [] {
        int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
        auto const address = support::loopback(1);
        return ::connect(socket, reinterpret_cast<::sockaddr const*>(&address), sizeof address) == 0 ? 1 : 0;
    };
    CHECK(in_group(group, connect_to_1) == 0);
    // clang-format off: one step per line
    constexpr auto to_4000 = assemble(
        load(r2, r1 + on_connect::user_port), jump_if(r2 != 0x0100, "out"),
        load(w2, r1 + on_connect::user_ip4), jump_if(w2 != 0x0100007f, "out"),
        mov(r2, 0xa00f), store(r1 + on_connect::user_port, r2),
      label("out"),
        mov(r0, 1), exit());
    // clang-format on
    at_work<program_kind::cgroup_sock_addr> const leading{to_4000, group, attach_type::cgroup_inet4_connect};
    CHECK(in_group(group, connect_to_1) == 1);
}

TEST_CASE("a program follows a connection") {
    using on_event = ctx<program_kind::sock_ops>;
    support::own_cgroup const groups;
    support::own_network const network;
    if (!groups || !network) return support::lacks_privilege("no cgroup2 or no network of its own");
    auto const group = groups.open_empty();
    auto const seen = array_map<std::array<std::uint64_t, 2>>::create({.max_entries = 1}).value();
    // Notes the ports of the connection when it is about to be made: 3 is BPF_SOCK_OPS_TCP_CONNECT_CB.
    // clang-format off: one step per line
    constexpr map_slot<0> ports{};
    constexpr auto note = assemble(
        load(r2, r1 + on_event::op), jump_if(r2 != 3, "out"),
        load_map_value(r3, ports, 0),
        load(r2, r1 + on_event::remote_port), store<std::uint64_t>(r3 + 0, r2),
        load(r2, r1 + on_event::family), store<std::uint64_t>(r3 + 8, r2),
        store(r1 + on_event::reply, r2),
      label("out"),
        mov(r0, 1), exit());
    // clang-format on
    at_work<program_kind::sock_ops> const noting{note.with(seen.fd()), group, attach_type::cgroup_sock_ops};
    CHECK(in_group(group, [] {
              support::connected();
              return 1;
          }) == 1);
    auto const [remote_port, family] = seen.lookup(0).value().value();
    CHECK(family == AF_INET);
    CHECK(ntohl(static_cast<std::uint32_t>(remote_port)) >= 1024);
    CHECK(ntohl(static_cast<std::uint32_t>(remote_port)) < 65'536);
}

} // namespace
