// SPDX-License-Identifier: BSL-1.0
// Every instruction run by the kernel, at the edges of its operands.

#include <bpfxx/classic/alu.hpp>
#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/jump.hpp>
#include <bpfxx/classic/load.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "support/run.hpp"

namespace {

using namespace bpfxx::classic;
using tests::classic::bytes;
using tests::classic::unix_pair;
using value = std::optional<std::uint32_t>;
using code = std::vector<instruction>;

constexpr std::uint32_t numbers[] = {0,          1,          2,          31,         32,         33,        0xff,
                                     0x12345678, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};

bytes counting(std::size_t size) {
    bytes all(size);
    for (std::size_t i = 0; i != size; ++i) all[i] = static_cast<std::uint8_t>(7 * i + 0x81);
    return all;
}

constexpr std::uint32_t word_at(std::size_t offset, std::size_t size) {
    std::uint32_t all = 0;
    for (std::size_t i = 0; i != size; ++i) all = all << 8 | ((7 * (offset + i) + 0x81) & 0xff);
    return all;
}

struct calculation {
    char const* name;
    instruction (*write)(accumulator, operand);
    value (*expect)(std::uint32_t, std::uint32_t);
    bool (*constant_allowed)(std::uint32_t);
};

bool any(std::uint32_t) { return true; }
bool not_zero(std::uint32_t by) { return by != 0; }
bool below_32(std::uint32_t by) { return by < 32; }

// clang-format off: one operation per line
constexpr calculation calculations[] = {
    {"add", add, [](auto l, auto r) -> value { return l + r; }, any},
    {"sub", sub, [](auto l, auto r) -> value { return l - r; }, any},
    {"mul", mul, [](auto l, auto r) -> value { return l * r; }, any},
    {"div", div, [](auto l, auto r) -> value { return r == 0 ? value{} : l / r; }, not_zero},
    {"mod", mod, [](auto l, auto r) -> value { return r == 0 ? value{} : l % r; }, not_zero},
    {"or", or_, [](auto l, auto r) -> value { return l | r; }, any},
    {"and", and_, [](auto l, auto r) -> value { return l & r; }, any},
    {"xor", xor_, [](auto l, auto r) -> value { return l ^ r; }, any},
    {"lsh", lsh, [](auto l, auto r) -> value { return l << r % 32; }, below_32},
    {"rsh", rsh, [](auto l, auto r) -> value { return l >> r % 32; }, below_32},
};
// clang-format on

TEST_CASE("arithmetic with constants and with x") {
    unix_pair const sockets;
    auto const packet = counting(256);
    for (auto const& one : calculations)
        for (auto const left : numbers)
            for (auto const right : numbers) {
                CAPTURE(one.name);
                CAPTURE(left);
                CAPTURE(right);
                auto const expected = one.expect(left, right);
                CHECK(sockets.value_of_a(code{mov(a, left), mov(x, right), one.write(a, x)}, packet) == expected);
                if (one.constant_allowed(right))
                    CHECK(sockets.value_of_a(code{mov(a, left), one.write(a, right)}, packet) == expected);
            }
    for (auto const only : numbers) CHECK(sockets.value_of_a(code{mov(a, only), neg(a)}, packet) == 0U - only);
}

struct comparison {
    char const* name;
    condition (*write)(accumulator, operand);
    bool (*expect)(std::uint32_t, std::uint32_t);
};

// clang-format off: one comparison per line
constexpr comparison comparisons[] = {
    {"==", [](accumulator, operand with) { return a == with; }, [](auto l, auto r) { return l == r; }},
    {"!=", [](accumulator, operand with) { return a != with; }, [](auto l, auto r) { return l != r; }},
    {">", [](accumulator, operand with) { return a > with; }, [](auto l, auto r) { return l > r; }},
    {">=", [](accumulator, operand with) { return a >= with; }, [](auto l, auto r) { return l >= r; }},
    {"<", [](accumulator, operand with) { return a < with; }, [](auto l, auto r) { return l < r; }},
    {"<=", [](accumulator, operand with) { return a <= with; }, [](auto l, auto r) { return l <= r; }},
    {"any_bits", any_bits, [](auto l, auto r) { return (l & r) != 0; }},
    {"no_bits", no_bits, [](auto l, auto r) { return (l & r) == 0; }},
};
// clang-format on

instruction branch(condition when) {
    auto one = when.test;
    (when.negated ? one.jt : one.jf) = 1;
    return one;
}

TEST_CASE("comparisons with constants and with x") {
    unix_pair const sockets;
    auto const packet = counting(4);
    for (auto const& one : comparisons)
        for (auto const left : numbers)
            for (auto const right : numbers) {
                CAPTURE(one.name);
                CAPTURE(left);
                CAPTURE(right);
                std::size_t const expected = one.expect(left, right) ? 2 : 1;
                CHECK(sockets.kept(code{mov(a, left), branch(one.write(a, right)), ret(2), ret(1)}, packet) ==
                      expected);
                CHECK(sockets.kept(code{mov(a, left), mov(x, right), branch(one.write(a, x)), ret(2), ret(1)},
                                   packet) == expected);
            }
}

// The same by labels: a and x are the first two words of the packet.
constexpr auto operands = std::array{load<std::uint32_t>(a, packet + 4), mov(x, a), load<std::uint32_t>(a, packet)};
#define BOTH(when)                                                                                                     \
    {[](auto const& sockets, auto const& words) {                                                                      \
         static constexpr auto both =                                                                                  \
             assemble(operands, jump_if(when, "yes", "no"), label("no"), ret(1), label("yes"), ret(2));                \
         return sockets.kept(both, words);                                                                             \
     },                                                                                                                \
     [](auto const& sockets, auto const& words) {                                                                      \
         static constexpr auto one = assemble(operands, jump_if(when, "yes"), ret(1), label("yes"), ret(2));           \
         return sockets.kept(one, words);                                                                              \
     }}

struct labelled {
    std::optional<std::size_t> (*two_labels)(unix_pair const&, bytes const&);
    std::optional<std::size_t> (*one_label)(unix_pair const&, bytes const&);
};

constexpr labelled by_labels[] = {BOTH(a == x), BOTH(a != x), BOTH(a > x),          BOTH(a >= x),
                                  BOTH(a < x),  BOTH(a <= x), BOTH(any_bits(a, x)), BOTH(no_bits(a, x))};
#undef BOTH

TEST_CASE("a comparison goes to the label that it names, negated or not") {
    unix_pair const sockets;
    for (std::size_t i = 0; i != std::size(by_labels); ++i)
        for (auto const left : {0U, 1U, 0x80000000U, 0xffffffffU})
            for (auto const right : {0U, 1U, 0x80000000U, 0xffffffffU}) {
                CAPTURE(comparisons[i].name);
                CAPTURE(left);
                CAPTURE(right);
                bytes words;
                for (auto const word : {left, right})
                    for (int shift = 24; shift >= 0; shift -= 8)
                        words.push_back(static_cast<std::uint8_t>(word >> shift));
                std::size_t const expected = comparisons[i].expect(left, right) ? 2 : 1;
                CHECK(by_labels[i].two_labels(sockets, words) == expected);
                CHECK(by_labels[i].one_label(sockets, words) == expected);
            }
}

TEST_CASE("an unconditional jump skips what stands between") {
    static constexpr auto skipping = assemble(mov(a, 2), jump("end"), mov(a, 1), label("end"), ret(a));
    CHECK(unix_pair{}.kept(skipping, counting(3)) == 2U);
}

template <class T>
void check_loads() {
    unix_pair const sockets;
    auto const packet_bytes = counting(256);
    constexpr std::size_t size = sizeof(T);
    CAPTURE(size);
    for (std::size_t const at : {std::size_t{0}, std::size_t{1}, std::size_t{100}, 256 - size}) {
        CHECK(sockets.value_of_a(code{load<T>(a, packet + at)}, packet_bytes) == word_at(at, size));
        CHECK(sockets.value_of_a(code{mov(x, at), load<T>(a, packet + x)}, packet_bytes) == word_at(at, size));
        CHECK(sockets.value_of_a(code{mov(x, at + 2), load<T>(a, packet + x - 2)}, packet_bytes) == word_at(at, size));
    }
    CHECK(sockets.value_of_a(code{mov(x, 3), load<T>(a, packet + 5 + x + 2)}, packet_bytes) == word_at(10, size));
    // past the end the packet is dropped at once
    for (std::size_t const at : {257 - size, std::size_t{256}, std::size_t{0x7fffffff}, std::size_t{0xffdfffff}}) {
        CAPTURE(at);
        CHECK(sockets.kept(code{load<T>(a, packet + at), ret(1)}, packet_bytes) == std::nullopt);
        CHECK(sockets.kept(code{mov(x, at), load<T>(a, packet + x), ret(1)}, packet_bytes) == std::nullopt);
    }
    CHECK(sockets.kept(code{mov(x, 1), load<T>(a, packet + x - 2), ret(1)}, packet_bytes) == std::nullopt);
}

TEST_CASE("loads from the packet, to its last byte and no further") {
    check_loads<std::uint8_t>();
    check_loads<std::uint16_t>();
    check_loads<std::uint32_t>();
}

TEST_CASE("constants, lengths and copies") {
    unix_pair const sockets;
    auto const packet_bytes = counting(300);
    for (auto const number : numbers) {
        CHECK(sockets.value_of_a(code{mov(a, number)}, packet_bytes) == number);
        CHECK(sockets.value_of_a(code{mov(x, number), mov(a, x)}, packet_bytes) == number);
        CHECK(sockets.value_of_a(code{mov(a, number), mov(x, a), mov(a, 1), mov(a, x)}, packet_bytes) == number);
    }
    CHECK(sockets.value_of_a(code{mov(a, -1)}, packet_bytes) == 0xffffffffU);
    CHECK(sockets.value_of_a(code{load(a, packet_length)}, packet_bytes) == 300U);
    CHECK(sockets.value_of_a(code{load(x, packet_length), mov(a, x)}, packet_bytes) == 300U);
    CHECK(sockets.value_of_a(code{}, packet_bytes) == 0U);          // a starts as 0
    CHECK(sockets.value_of_a(code{mov(a, x)}, packet_bytes) == 0U); // and so does x
}

TEST_CASE("the length of an IP header is four times the lower half of its first byte") {
    unix_pair const sockets;
    auto packet_bytes = counting(256);
    for (int const first : {0x00, 0x45, 0x4f, 0xf0, 0xff}) {
        packet_bytes[14] = static_cast<std::uint8_t>(first);
        auto const expected = static_cast<std::uint32_t>(first % 16 * 4);
        CHECK(sockets.value_of_a(code{mov(a, 9), load(x, ip_header_length(packet + 14)), mov(a, x)}, packet_bytes) ==
              expected);
        // a keeps its value
        CHECK(sockets.value_of_a(code{mov(a, 9), load(x, ip_header_length(packet + 14))}, packet_bytes) == 9U);
    }
    CHECK(sockets.kept(code{load(x, ip_header_length(packet + 256)), ret(1)}, packet_bytes) == std::nullopt);
}

TEST_CASE("scratch memory keeps what either register stores, for either register") {
    unix_pair const sockets;
    auto const packet_bytes = counting(256);
    for (std::uint32_t i = 0; i != 16; ++i) {
        CAPTURE(i);
        code all;
        for (std::uint32_t n = 0; n != 16; ++n) {
            all.push_back(n % 2 == 0 ? mov(a, 0x11111111 * n) : mov(x, 0x11111111 * n));
            all.push_back(n % 2 == 0 ? store(scratch[n], a) : store(scratch[n], x));
        }
        auto into_x = all;
        all.push_back(load(a, scratch[i]));
        into_x.insert(into_x.end(), {load(x, scratch[i]), mov(a, x)});
        CHECK(sockets.value_of_a(all, packet_bytes) == 0x11111111 * i);
        CHECK(sockets.value_of_a(into_x, packet_bytes) == 0x11111111 * i);
    }
}

TEST_CASE("a filter keeps as many bytes as it returns") {
    unix_pair const sockets;
    auto const packet_bytes = counting(100);
    for (std::uint32_t const bytes_kept : {1U, 2U, 99U, 100U, 101U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        auto const expected = bytes_kept < 100 ? bytes_kept : 100;
        CHECK(sockets.kept(code{ret(bytes_kept)}, packet_bytes) == expected);
        CHECK(sockets.kept(code{mov(a, bytes_kept), ret(a)}, packet_bytes) == expected);
    }
    CHECK(sockets.kept(code{ret(whole_packet)}, packet_bytes) == 100U);
    CHECK(sockets.kept(code{ret(drop)}, packet_bytes) == std::nullopt);
    CHECK(sockets.kept(code{mov(a, 0), ret(a)}, packet_bytes) == std::nullopt);
}

} // namespace
