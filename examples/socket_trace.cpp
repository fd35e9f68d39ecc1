// The first steps of every tutorial: load a program, give it to a socket by setsockopt(2), connect, and see its line in
// the kernel's trace. Where tracefs is not mounted, what it saw is read from its map instead.
#include <bpfxx/attach/socket.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/program/context.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/sys/file.hpp>

#include "local_tcp.hpp"

#include <fcntl.h>
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using bpfxx::program_kind::socket_filter;
using last_length = bpfxx::array_map<std::uint32_t>;

using namespace bpfxx::insn;
constexpr map_slot<0, last_length> length{};

/// Eight characters as the number that they are in memory.
constexpr std::uint64_t word(std::string_view text) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i != text.size(); ++i) all |= std::uint64_t{static_cast<unsigned char>(text[i])} << 8 * i;
    return all;
}

// clang-format off: one step a line
constexpr auto trace = assemble<socket_filter>(
    load(r6, r1 + ctx<socket_filter>::len), // from the TCP header on
    load_imm64(r2, word("packet o")), store<std::uint64_t>(r10 - 24, r2),
    load_imm64(r2, word("f %u byt")), store<std::uint64_t>(r10 - 16, r2),
    load_imm64(r2, word("es")), store<std::uint64_t>(r10 - 8, r2),
    mov(r1, r10), add(r1, -24), mov(r2, 19), mov(r3, r6), call(helper::trace_printk),
    store<std::uint32_t>(r10 - 4, 0), mov(r2, r10), add(r2, -4), load_map(r1, length), call(helper::map_lookup_elem),
    if_(r0 != 0), store<std::uint32_t>(r0, r6), end_if(),
    mov(r0, -1), exit()); // the packet is received whole
// clang-format on

bpfxx::result<void> run() {
    auto const seen = last_length::create({.name = "last_length", .max_entries = 1});
    if (!seen) return seen.error();
    auto const program =
        bpfxx::socket_filter_program::load({.insns = trace.with(*seen), .license = "GPL", .name = "trace"});
    if (!program) return program.error();
    auto const pipe = bpfxx::sys::open_file("/sys/kernel/tracing/trace_pipe", O_RDONLY | O_NONBLOCK);

    local_tcp::enter_own_network();
    auto const listening = local_tcp::listen();
    auto const filter = program->attach(bpfxx::direct::socket_hook{.socket = listening});
    if (!filter) return filter.error();
    char text[4096];
    std::string_view line;
    for (auto old = pipe ? bpfxx::sys::read_once(pipe->borrow(), text) : 0U; old && *old != 0;)
        old = bpfxx::sys::read_once(pipe->borrow(), text);       // what others traced before
    for (int i = 0; i != (pipe ? 20 : 1) && line.empty(); ++i) { // the kernel may start to trace a moment later
        if (!local_tcp::connect(local_tcp::port_of(listening))) std::exit(1);
        ::pollfd ready{pipe ? pipe->raw() : -1, POLLIN, 0};
        auto const got = ::poll(&ready, 1, 100) == 1 ? bpfxx::sys::read_once(pipe->borrow(), text) : 0U;
        if (got) line = {text, *got};
    }
    std::printf("%.*s", static_cast<int>(line.size()), line.data());
    auto const bytes = seen->lookup(0);
    if (!bytes) return bytes.error();
    if (line.empty()) std::printf("no trace to read here, but the map: packet of %u bytes\n", **bytes);
    return bpfxx::outcome::success();
}

int main() {
    auto const ran = run();
    if (ran) return 0;
    std::printf("%s\n", describe(ran.error()).c_str());
    return ran.error().code == bpfxx::errc::eperm ? 77 : 1;
}
