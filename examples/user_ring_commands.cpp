// Sends commands to a program: they are written to a ring in memory, without a system call, and when the program runs the
// next time, it takes all of them and does what they say to its accounts. A full ring is no error: there is no room now.
#include <bpfxx/btf/load.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/debug_info.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>
#include <bpfxx/ring/user_producer.hpp>

#include <cstdint>
#include <cstdio>

struct transfer {
    std::uint32_t from, to;
    std::uint64_t amount;
};
using accounts_map = bpfxx::array_map<std::int64_t>;

using namespace bpfxx::insn;
constexpr map_slot<0> commands_slot{};
constexpr map_slot<1> accounts_slot{};

// clang-format off: one step a line
constexpr auto code = assemble_with_lines(
    load_map(r1, commands_slot), load_subprogram(r2, "carry_out"), mov(r3, 0), mov(r4, 0),
    call(helper::user_ringbuf_drain), exit(), // how many there were

  subprogram("carry_out"), // r1: a record, not in memory that the program may read
    mov(r3, r1), mov(r1, r10), add(r1, -16), mov(r2, sizeof(transfer)), mov(r4, 0), mov(r5, 0),
    call(helper::dynptr_read), jump_if(r0 != 0, "done"),
    load<std::uint64_t>(r6, r10 - 8),
    load_map(r1, accounts_slot), mov(r2, r10), add(r2, -12), call(helper::map_lookup_elem), jump_if(r0 == 0, "done"),
    atomic_add<std::uint64_t>(r0 + 0, r6),
    load_map(r1, accounts_slot), mov(r2, r10), add(r2, -16), call(helper::map_lookup_elem), jump_if(r0 == 0, "done"),
    neg(r6), atomic_add<std::uint64_t>(r0 + 0, r6),
  label("done"),
    mov(r0, 0), exit());
// clang-format on
constexpr bpfxx::debug_info debug{code, "drain_commands"};

bpfxx::result<void> command() {
    auto const ring = bpfxx::user_ring_buffer::create({.name = "commands", .size_bytes = 4096});
    if (!ring) return ring.error();
    auto const accounts = accounts_map::create({.name = "accounts", .max_entries = 3});
    if (!accounts) return accounts.error();
    auto const types = bpfxx::btf::load(debug.types());
    if (!types) return types.error();
    auto const program = bpfxx::syscall_program::load({.insns = code.code.with(ring->fd(), accounts->fd()),
                                                       .license = "GPL",
                                                       .name = "drain_commands",
                                                       .btf = *types,
                                                       .func_info = debug.functions()});
    if (!program) return program.error();
    auto producer = bpfxx::user_ring_producer<transfer>::open(*ring);
    if (!producer) return producer.error();

    for (std::uint32_t sent = 0; sent != 400;) {
        auto room = producer->try_reserve();
        if (!room) return room.error();
        if (*room) {
            **room.value() = {.from = sent % 2, .to = sent % 2 + 1, .amount = 10};
            if (++sent % 100 != 0) (*room)->submit(); // every hundredth is thought better of, and goes no further
            if (sent != 400) continue;
        }
        auto const drained = test_run(*program);
        if (!drained) return drained.error();
        std::printf("%u commands sent, %u just carried out\n", sent, *drained);
    }
    for (std::uint32_t i = 0; i != 3; ++i)
        std::printf("account %u: %ld\n", i, static_cast<long>(accounts->lookup(i).value().value_or(0)));
    return bpfxx::outcome::success();
}

int main() {
    auto const commanded = command();
    if (!commanded) std::printf("%s\n", describe(commanded.error()).c_str());
    return commanded ? 0 : commanded.error().code == bpfxx::errc::eperm ? 77 : 1;
}
