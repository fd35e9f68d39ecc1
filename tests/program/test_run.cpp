// Runs on request, on the running kernel: what goes in arrives, what comes out is reported.
#include <bpfxx/program/test_run.hpp>

#include <bpfxx/insn/assemble.hpp>

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

// A syscall program that answers with the difference of its two arguments and leaves their sum in the context.
// clang-format off: one step per line
constexpr auto sum_and_difference = assemble(
    load<std::uint64_t>(r2, r1 + 0),
    load<std::uint64_t>(r3, r1 + 8),
    mov(r0, r2), sub(r0, r3),
    add(r2, r3),
    store<std::uint64_t>(r1 + 16, r2),
    exit());
// clang-format on

constexpr auto return_7 = assemble(mov(r0, 7), exit());

struct two_numbers {
    std::uint64_t left, right, sum;
};

TEST_CASE("a syscall program reads and writes its context") {
    auto const loaded = syscall_program::load({.insns = sum_and_difference, .license = "GPL"});
    if (!loaded && loaded.error().code == errc::einval) return support::skip("no syscall programs before Linux 5.14");
    auto const& difference = loaded.value();
    two_numbers context{.left = 40, .right = 2, .sum = 0};
    CHECK(test_run(difference, context).value() == 38);
    CHECK(context.sum == 42);
    CHECK(context.left == 40);

    std::array<std::uint64_t, 3> numbers{5, 7, 0};
    CHECK(test_run(difference, std::as_writable_bytes(std::span{numbers})).value() == static_cast<std::uint32_t>(-2));
    CHECK(numbers[2] == 12);
}

TEST_CASE("a syscall program without a context") {
    auto const loaded = syscall_program::load({.insns = return_7, .license = "GPL"});
    if (!loaded && loaded.error().code == errc::einval) return support::skip("no syscall programs before Linux 5.14");
    CHECK(test_run(loaded.value()).value() == 7);
}

TEST_CASE("a context that is too short or too long is refused") {
    auto const loaded = syscall_program::load({.insns = sum_and_difference, .license = "GPL"});
    if (!loaded && loaded.error().code == errc::einval) return support::skip("no syscall programs before Linux 5.14");
    error const refused{errc::einval, command::prog_test_run};
    CHECK(test_run(loaded.value()).error() == refused);
    std::array<std::byte, 16> short_by_8{};
    CHECK(test_run(loaded.value(), short_by_8).error() == refused);
    std::vector<std::byte> too_long(65'536);
    CHECK(test_run(loaded.value(), too_long).error() == refused);
    too_long.pop_back();
    CHECK(test_run(loaded.value(), too_long).has_value());
}

TEST_CASE("a packet goes in, as many times as wanted, and comes out") {
    // Counts in the first byte and passes the packet.
    // clang-format off: one step per line
    constexpr auto count = assemble(
        load<std::uint32_t>(r2, r1 + 0), load<std::uint32_t>(r3, r1 + 4),
        mov(r4, r2), add(r4, 14),
        jump_if(r4 > r3, "out"),
        load<std::uint8_t>(r5, r2 + 0), add(r5, 1), store<std::uint8_t>(r2 + 0, r5),
      label("out"),
        mov(r0, 2), exit());
    // clang-format on
    auto const loaded = xdp_program::load({.insns = count, .license = "GPL"}).value();
    std::array<std::byte, 64> packet{};
    std::array<std::byte, 64> after{};
    auto const ran = test_run(loaded, {.data = packet, .data_out = after}).value();
    CHECK(ran.retval == 2);
    CHECK(ran.data_size == 64);
    CHECK(after[0] == std::byte{1});
    CHECK(packet[0] == std::byte{});

    auto const often = test_run(loaded, {.data = packet, .data_out = after, .repeat = 200}).value();
    CHECK(often.retval == 2);
    CHECK(after[0] == std::byte{200});
    CHECK(often.duration_ns < 1'000'000);

    CHECK(test_run(loaded, {.data = packet, .data_out = std::span{after}.first(10)}).error() ==
          error{errc::enospc, command::prog_test_run});
    CHECK(test_run(loaded).error() == error{errc::einval, command::prog_test_run});
}

TEST_CASE("the size of what comes out is told, with room for it or without") {
    constexpr auto shorten = assemble(mov(r2, -10), call(helper::xdp_adjust_tail), mov(r0, 1), exit());
    auto const loaded = xdp_program::load({.insns = shorten, .license = "GPL"}).value();
    std::array<std::byte, 64> packet{};
    std::array<std::byte, 64> after{};
    CHECK(test_run(loaded, {.data = packet}).value().data_size == 54);
    CHECK(test_run(loaded, {.data = packet, .data_out = after}).value().data_size == 54);
}

TEST_CASE("a context of packets goes in and comes out") {
    // The mark of a __sk_buff, at byte 8, one larger.
    constexpr auto next_mark =
        assemble(load<std::uint32_t>(r2, r1 + 8), add(r2, 1), store<std::uint32_t>(r1 + 8, r2), mov(r0, 0), exit());
    auto const loaded = sched_cls_program::load({.insns = next_mark, .license = "GPL"}).value();
    std::array<std::byte, 64> packet{};
    std::array<std::uint32_t, 48> context{};
    context[2] = 41;
    std::array<std::uint32_t, 48> after{};
    auto const ran = test_run(loaded, {.data = packet,
                                       .context = std::as_bytes(std::span{context}),
                                       .context_out = std::as_writable_bytes(std::span{after})});
    CHECK(ran.value().retval == 0);
    CHECK(ran.value().context_size == sizeof after);
    CHECK(after[2] == 42);
}

TEST_CASE("a raw tracepoint program takes arguments and a processor") {
    constexpr auto second_argument =
        assemble(load<std::uint64_t>(r6, r1 + 8), call(helper::get_smp_processor_id), shl(r0, 16), add(r0, r6), exit());
    auto const loaded = raw_tracepoint_program::load({.insns = second_argument, .license = "GPL"}).value();
    std::uint64_t const arguments[] = {1, 99};
    auto const here = test_run(loaded, {.context = std::as_bytes(std::span{arguments}), .cpu = 0});
    CHECK(here.value().retval == 99);
    CHECK(test_run(loaded, {.context = std::as_bytes(std::span{arguments}), .cpu = 1u << 20}).error().during ==
          command::prog_test_run);
}

template <class Program, class... Given>
concept runs = requires(Program const& which, Given&... given) { test_run(which, given...); };

static_assert(runs<syscall_program> && runs<syscall_program, two_numbers> && !runs<syscall_program, two_numbers const>);
static_assert(!runs<syscall_program, test_run_options<program_kind::xdp> const>);
static_assert(runs<xdp_program> && runs<xdp_program, test_run_options<program_kind::xdp>> &&
              !runs<xdp_program, two_numbers>);
static_assert(!runs<kprobe_program> && !runs<lsm_program, test_run_options<program_kind::lsm>>);

} // namespace
