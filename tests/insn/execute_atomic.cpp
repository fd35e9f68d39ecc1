// Atomics on the running kernel, against what C++ computes.
// SPDX-License-Identifier: BSL-1.0

#include "insn/execute.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <cstring>

namespace {

using namespace bpfxx::insn;
using bpfxx::since;
using tests::insn::edges;
using tests::insn::numbers;
using tests::insn::sequence;

/// The instruction on 8 bytes of the stack that hold `left`, on r3 = `right` and r0 = `third_result`. Afterwards the
/// bytes are `result`, r3 is `second_result` and r0 `third_result`.
sequence around(instruction const& one) {
    return sequence{mov(r6, r1),
                    load<std::uint64_t>(r2, r6 + 0),
                    store<std::uint64_t>(r10 - 8, r2),
                    load<std::uint64_t>(r3, r6 + 8),
                    load<std::uint64_t>(r0, r6 + 32),
                    one,
                    load<std::uint64_t>(r2, r10 - 8),
                    store<std::uint64_t>(r6 + 16, r2),
                    store<std::uint64_t>(r6 + 24, r3),
                    store<std::uint64_t>(r6 + 32, r0),
                    mov(r0, 0),
                    exit()};
}

/// What the three are before and after, as C++ sees them: the memory that the instruction names is the first T of 8
/// bytes.
template <class T>
struct state {
    T memory;
    T operand;
    T expected;
};

/// Where the registers are 8 bytes even if the instruction is of 4: the two that it may write.
enum class writes { neither, operand, r0 };

constexpr std::uint64_t beside = 0xa5a5a5a5a5a5a5a5;

template <class T, class Compute>
void check_one(bpfxx::syscall_program const& program, writes what, Compute compute, numbers const& before) {
    state<T> all{static_cast<T>(before.left), static_cast<T>(before.right), static_cast<T>(before.third_result)};
    std::uint64_t memory = beside;
    std::memcpy(&memory, &all.memory, sizeof(T));
    numbers context = before;
    context.left = memory;
    tests::insn::run(program, context);

    T const old = all.memory;
    compute(all);
    std::memcpy(&memory, &all.memory, sizeof(T));
    CHECK(context.result == memory);
    CHECK(context.second_result == (what == writes::operand ? old : before.right));
    CHECK(context.third_result == (what == writes::r0 ? old : before.third_result));
}

template <class T, class Compute>
void check(instruction const& one, writes what, Compute compute, since available) {
    auto const program = tests::insn::load_program(around(one), available);
    if (!program) return;
    for (auto const left : edges)
        for (auto const right : edges)
            for (auto const expected : {left, left + 1, left ^ 0x100000000}) {
                CAPTURE(left);
                CAPTURE(right);
                CAPTURE(expected);
                check_one<T>(*program, what, compute, {.left = left, .right = right, .third_result = expected});
            }
}

/// Both sizes, and 4 bytes from a w register as well.
#define CHECK_ATOMIC(operation, what, statement, ...)                                                                  \
    do {                                                                                                               \
        auto const compute = [](auto& now) { statement; };                                                             \
        INFO(#operation);                                                                                              \
        check<std::uint64_t>(operation<std::uint64_t>(r10 - 8, r3), what, compute, __VA_ARGS__);                       \
        check<std::uint32_t>(operation<std::uint32_t>(r10 - 8, r3), what, compute, __VA_ARGS__);                       \
        check<std::uint32_t>(operation<std::uint32_t>(r10 - 8, w3), what, compute, __VA_ARGS__);                       \
    } while (false)

TEST_CASE("atomic operations change memory alone") {
    CHECK_ATOMIC(atomic_add, writes::neither, now.memory += now.operand, since{3, 18});
    CHECK_ATOMIC(atomic_or, writes::neither, now.memory |= now.operand, since{5, 12});
    CHECK_ATOMIC(atomic_and, writes::neither, now.memory &= now.operand, since{5, 12});
    CHECK_ATOMIC(atomic_xor, writes::neither, now.memory ^= now.operand, since{5, 12});
}

TEST_CASE("those that fetch give back what memory held") {
    CHECK_ATOMIC(atomic_fetch_add, writes::operand, now.memory += now.operand, since{5, 12});
    CHECK_ATOMIC(atomic_fetch_or, writes::operand, now.memory |= now.operand, since{5, 12});
    CHECK_ATOMIC(atomic_fetch_and, writes::operand, now.memory &= now.operand, since{5, 12});
    CHECK_ATOMIC(atomic_fetch_xor, writes::operand, now.memory ^= now.operand, since{5, 12});
    CHECK_ATOMIC(atomic_exchange, writes::operand, now.memory = now.operand, since{5, 12});
}

TEST_CASE("a comparison decides whether memory changes, and r0 gets what it held") {
    CHECK_ATOMIC(atomic_compare_exchange, writes::r0, if (now.memory == now.expected) now.memory = now.operand,
                 since{5, 12});
}

#undef CHECK_ATOMIC

/// `left` is what memory holds before, `right` what is stored; `result` is memory afterwards, or what was loaded.
template <class T>
void check_release_and_acquire() {
    auto const release = tests::insn::load_program(around(store_release<T>(r10 - 8, r3)), {6, 15});
    auto const acquire = tests::insn::load_program(around(load_acquire<T>(r3, r10 - 8)), {6, 15});
    if (!release || !acquire) return;
    for (auto const left : edges)
        for (auto const right : edges) {
            CAPTURE(left);
            CAPTURE(right);
            auto const stores = [](state<T>& now) { now.memory = now.operand; };
            auto const loads = [](state<T>&) {};
            numbers const before{.left = left, .right = right};
            check_one<T>(*release, writes::neither, stores, before);
            check_one<T>(*acquire, writes::operand, loads, before);
        }
}

TEST_CASE("release and acquire store and load every size") {
    check_release_and_acquire<std::uint8_t>();
    check_release_and_acquire<std::uint16_t>();
    check_release_and_acquire<std::uint32_t>();
    check_release_and_acquire<std::uint64_t>();
}

} // namespace
