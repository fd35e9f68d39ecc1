// Loads and stores on the running kernel, against what C++ computes: memory, packets, maps, arenas, kernel variables.
// SPDX-License-Identifier: BSL-1.0

#include "insn/execute.hpp"

#include "btf/running_kernel.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/map/arena.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/hash.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace {

using namespace bpfxx::insn;
using bpfxx::errc;
using bpfxx::since;
using tests::insn::edges;
using tests::insn::load_program;
using tests::insn::numbers;
using tests::insn::run;
using tests::insn::sequence;

constexpr std::uint64_t beside = 0xa5a5a5a5a5a5a5a5;

/// The first bytes of 8 that hold `left` are loaded into r3, which then is `result`.
template <class T, class Extended>
void check_load(instruction const& one, since available = {}) {
    auto const program =
        load_program(sequence{mov(r6, r1), load<std::uint64_t>(r2, r6 + 0), store<std::uint64_t>(r10 - 24, r2),
                              mov(r7, r10), mov(r3, -1), one, store<std::uint64_t>(r6 + 16, r3), mov(r0, 0), exit()},
                     available);
    if (!program) return;
    for (auto const value : edges) {
        CAPTURE(value);
        T const lower = static_cast<T>(value);
        std::uint64_t memory = beside;
        std::memcpy(&memory, &lower, sizeof(T));
        numbers context{.left = memory};
        run(*program, context);
        CHECK(context.result == static_cast<std::uint64_t>(static_cast<Extended>(lower)));
    }
}

TEST_CASE("loads fill the upper bits with zeros") {
    check_load<std::uint8_t, std::uint64_t>(load<std::uint8_t>(r3, r7 - 24));
    check_load<std::uint16_t, std::uint64_t>(load<std::uint16_t>(r3, r7 - 24));
    check_load<std::uint32_t, std::uint64_t>(load<std::uint32_t>(r3, r7 - 24));
    check_load<std::uint64_t, std::uint64_t>(load<std::uint64_t>(r3, r7 - 24));
    check_load<std::uint8_t, std::uint64_t>(load<std::uint8_t>(w3, r7 - 24));
    check_load<std::uint16_t, std::uint64_t>(load<std::uint16_t>(w3, r7 - 24));
    check_load<std::uint32_t, std::uint64_t>(load<std::uint32_t>(w3, r7 - 24));
}

TEST_CASE("loads that extend a sign fill them with it") {
    check_load<std::int8_t, std::int64_t>(load<std::int8_t>(r3, r7 - 24), {6, 6});
    check_load<std::int16_t, std::int64_t>(load<std::int16_t>(r3, r7 - 24), {6, 6});
    check_load<std::int32_t, std::int64_t>(load<std::int32_t>(r3, r7 - 24), {6, 6});
}

/// 8 bytes of the stack hold `left`, r3 holds `right`; afterwards the 8 bytes are `result`.
sequence around_store(instruction const& one) {
    return sequence{mov(r6, r1),
                    load<std::uint64_t>(r2, r6 + 0),
                    store<std::uint64_t>(r10 - 8, r2),
                    load<std::uint64_t>(r3, r6 + 8),
                    one,
                    load<std::uint64_t>(r2, r10 - 8),
                    store<std::uint64_t>(r6 + 16, r2),
                    mov(r0, 0),
                    exit()};
}

template <class T>
void check_stored(bpfxx::syscall_program const& program, std::uint64_t from, T want) {
    numbers context{.left = beside, .right = from};
    run(program, context);
    std::uint64_t memory = beside;
    std::memcpy(&memory, &want, sizeof(T));
    CHECK(context.result == memory);
}

template <class T>
void check_store(instruction const& one) {
    auto const program = load_program(around_store(one), {});
    REQUIRE(program);
    for (auto const value : edges) {
        CAPTURE(value);
        check_stored(*program, value, static_cast<T>(value));
    }
}

TEST_CASE("stores of registers write their lower bytes and none beside them") {
    check_store<std::uint8_t>(store<std::uint8_t>(r10 - 8, r3));
    check_store<std::uint16_t>(store<std::uint16_t>(r10 - 8, r3));
    check_store<std::uint32_t>(store<std::uint32_t>(r10 - 8, r3));
    check_store<std::uint64_t>(store<std::uint64_t>(r10 - 8, r3));
    check_store<std::uint8_t>(store<std::uint8_t>(r10 - 8, w3));
    check_store<std::uint16_t>(store<std::uint16_t>(r10 - 8, w3));
    check_store<std::uint32_t>(store<std::uint32_t>(r10 - 8, w3));
}

template <class T>
void check_constants(std::span<std::int64_t const> constants) {
    for (auto const constant : constants) {
        CAPTURE(constant);
        auto const program = load_program(around_store(store<T>(r10 - 8, constant)), {});
        REQUIRE(program);
        check_stored(*program, 0, static_cast<T>(constant));
    }
}

TEST_CASE("stores of constants write what was written") {
    constexpr std::int64_t of_1[] = {0, 1, -1, 127, 128, 255, -128};
    constexpr std::int64_t of_2[] = {0, 1, -1, 32767, 32768, 65535, -32768};
    constexpr std::int64_t of_4[] = {0, 1, -1, 0x7fffffff, 0x80000000, 0xffffffff, -0x80000000LL};
    constexpr std::int64_t of_8[] = {0, 1, -1, 0x7fffffff, -0x80000000LL};
    check_constants<std::uint8_t>(of_1);
    check_constants<std::uint16_t>(of_2);
    check_constants<std::uint32_t>(of_4);
    check_constants<std::uint64_t>(of_8);
}

/// A packet of 64 bytes, each other than its neighbours, and some with the highest bit.
constexpr auto packet = [] {
    std::array<std::byte, 64> bytes{};
    for (std::size_t i = 0; i != bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 + 0x79);
    return bytes;
}();

/// What stands there in network order.
constexpr std::uint32_t in_packet(std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i != size; ++i) value = value << 8 | std::to_integer<std::uint32_t>(packet[at + i]);
    return value;
}

std::uint32_t loaded(instruction const& one, std::int32_t in_register) {
    auto const program = load_program<bpfxx::sched_cls_program>(
        sequence{mov(r6, r1), mov(r7, in_register), mov(r0, 99), one, exit()}, {});
    REQUIRE(program);
    auto const ran = test_run(*program, {.data = packet});
    REQUIRE(ran);
    return ran->retval;
}

template <class T>
void check_packet() {
    constexpr int size = sizeof(T);
    for (int const at : {0, 1, 12, 33, 64 - size}) {
        CAPTURE(at);
        auto const want = in_packet(static_cast<std::size_t>(at), sizeof(T));
        CHECK(loaded(load_packet<T>(at), 0) == want);
        CHECK(loaded(load_packet<T>(r7, at), 0) == want);
        CHECK(loaded(load_packet<T>(r7, 0), at) == want);
        CHECK(loaded(load_packet<T>(r7, at - 70), 70) == want);
    }
    CHECK(loaded(load_packet<T>(65 - size), 0) == 0);
    CHECK(loaded(load_packet<T>(r7, 1), 64 - size) == 0);
}

TEST_CASE("loads from a packet turn network order into the machine's, and end the program outside it") {
    check_packet<std::uint8_t>();
    check_packet<std::uint16_t>();
    check_packet<std::uint32_t>();
}

TEST_CASE("an offset below zero is relative to the link or network header") {
    constexpr std::int32_t net_off = -0x100000;
    constexpr std::int32_t ll_off = -0x200000;
    CHECK(loaded(load_packet<std::uint16_t>(ll_off + 12), 0) == in_packet(12, 2));
    CHECK(loaded(load_packet<std::uint16_t>(net_off + 2), 0) == in_packet(16, 2));
}

struct pair {
    std::uint64_t first, second;
};

TEST_CASE("the address of a map's value, and of a byte in it") {
    auto const made = bpfxx::array_map<pair>::create({.max_entries = 1}).value();
    CHECK(made.update(0, {.first = 11, .second = 22}));
    auto const with_map = [&](wide_instruction code) {
        code.first.imm = made.fd().raw();
        return code;
    };
    std::int32_t const fd_array[] = {0, made.fd().raw()};
    auto const read = [&](wide_instruction const& code, since available) {
        auto const program = load_program(sequence{code, load<std::uint32_t>(r0, r7), exit()}, available, fd_array);
        if (!program) return std::uint32_t{0};
        numbers context{};
        return run(*program, context);
    };
    constexpr map_slot<0, bpfxx::array_map<pair>> typed{};
    if (std::endian::native == std::endian::little) {
        CHECK(read(with_map(load_map_value(r7, map_slot<0>{}, 0).code), {5, 2}) == 11);
        CHECK(read(with_map(load_map_value(r7, typed, 8).code), {5, 2}) == 22);
        CHECK(read(load_map_value_by_index(r7, 1, 0), {5, 14}) == 11);
        CHECK(read(load_map_value_by_index(r7, 1, 8), {5, 14}) == 22);
    }
}

TEST_CASE("the address of a map, by its descriptor and by its index") {
    auto const made = bpfxx::hash_map<std::uint32_t, std::uint32_t>::create({.max_entries = 4}).value();
    CHECK(made.update(5, 77));
    wide_instruction by_descriptor = load_map(r1, map_slot<0>{}).code;
    by_descriptor.first.imm = made.fd().raw();
    std::int32_t const fd_array[] = {0, 0, made.fd().raw()};
    for (wide_instruction const& code : std::array<wide_instruction, 2>{by_descriptor, load_map_by_index(r1, 2)}) {
        instruction found = jump_if(r0 == 0, "absent").jump;
        found.off = 1;
        auto const program =
            load_program(sequence{store<std::uint32_t>(r10 - 4, 5), code, mov(r2, r10), add(r2, -4),
                                  call(helper::map_lookup_elem), found, load<std::uint32_t>(r0, r0), exit()},
                         {5, 14}, fd_array);
        if (!program) return;
        numbers context{};
        CHECK(run(*program, context) == 77);
    }
}

TEST_CASE("the address of a kernel variable") {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    // How many programs a processor is in the middle of: none or a few.
    auto const variable = bpfxx::btf::find(kernel->view(), bpfxx::btf::kind::var, "bpf_prog_active");
    if (!variable) return support::skip("the kernel's BTF has no per-CPU variable bpf_prog_active");
    auto const type = variable->id();
    wide_instruction from_slot = load_kernel_variable(r1, kernel_variable_slot<0>{}).code;
    bpfxx::insn::detail::fill(from_slot.first, from_slot.second, {.variable = type});
    for (wide_instruction const& code : std::array<wide_instruction, 2>{load_kernel_variable(r1, type), from_slot}) {
        instruction absent = jump_if(r0 == 0, "absent").jump;
        absent.off = 2;
        sequence const program{code,       mov(r2, 0), call(helper::per_cpu_ptr), absent, load<std::uint32_t>(r0, r0),
                               add(r0, 5), exit()};
        std::array<char, 4096> log{};
        auto const loaded = bpfxx::syscall_program::load({.insns = program, .license = "GPL"}, log);
        if (!loaded &&
            loaded.error().log.find("failed to find the address for kernel symbol") != std::string_view::npos)
            return support::skip("this kernel does not tell programs where its variables are (CONFIG_KALLSYMS_ALL)");
        INFO(log.data());
        REQUIRE(loaded);
        numbers context{};
        auto const active = run(*loaded, context);
        CHECK(active >= 5);
        CHECK(active < 20);
    }
}

TEST_CASE("an address in an arena is cast to the kernel's and back") {
    auto const made = bpfxx::arena<>::create({.pages = 1});
    if (!made) {
        CHECK(made.error() == bpfxx::error{errc::einval, bpfxx::command::map_create});
        return support::skip("arenas need Linux 6.9");
    }
    auto* const number = made->at<std::uint64_t>(16);
    *number = 41;
    wide_instruction names_the_arena = load_map(r8, map_slot<0>{}).code;
    names_the_arena.first.imm = made->fd().raw();
    auto const program =
        load_program(sequence{names_the_arena, mov(r6, r1), load<std::uint64_t>(r2, r6 + 0), arena_to_kernel(r3, r2),
                              load<std::uint64_t>(r4, r3), add(r4, 1), store<std::uint64_t>(r3, r4),
                              kernel_to_arena(r5, r3), store<std::uint64_t>(r6 + 16, r5), mov(r0, 0), exit()},
                     {6, 9});
    if (!program) return;
    numbers context{.left = reinterpret_cast<std::uintptr_t>(number)};
    run(*program, context);
    CHECK(context.result == reinterpret_cast<std::uintptr_t>(number));
    CHECK(*number == 42);
}

} // namespace
