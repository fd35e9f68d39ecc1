// Changes of byte order on the running kernel, against what C++ computes.
// SPDX-License-Identifier: BSL-1.0

#include "insn/execute.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>

namespace {

using namespace bpfxx::insn;
using bpfxx::since;
using tests::insn::edges;
using tests::insn::numbers;
using tests::insn::sequence;

template <class T>
constexpr T turned(T value) {
    T other = 0;
    for (unsigned i = 0; i != sizeof(T); ++i) other = static_cast<T>(other << 8 | (value >> 8 * i & 0xff));
    return other;
}
static_assert(turned(std::uint16_t{0x1234}) == 0x3412 && turned(0x12345678u) == 0x78563412u);

constexpr bool little = std::endian::native == std::endian::little;

/// The lower bytes as a T, turned or not, and zeros above them.
template <class T>
void check(instruction const& one, bool turns, since available = {}) {
    auto const program = tests::insn::load_program(sequence{mov(r6, r1), load<std::uint64_t>(r2, r6 + 0), one,
                                                            store<std::uint64_t>(r6 + 16, r2), mov(r0, 0), exit()},
                                                   available);
    if (!program) return;
    for (auto const value : edges) {
        CAPTURE(value);
        numbers context{.left = value};
        tests::insn::run(*program, context);
        auto const lower = static_cast<T>(value);
        CHECK(context.result == (turns ? turned(lower) : lower));
    }
}

TEST_CASE("to big endian and from it") {
    check<std::uint16_t>(to_be<std::uint16_t>(r2), little);
    check<std::uint32_t>(to_be<std::uint32_t>(r2), little);
    check<std::uint64_t>(to_be<std::uint64_t>(r2), little);
}

TEST_CASE("to little endian and from it") {
    check<std::uint16_t>(to_le<std::uint16_t>(r2), !little);
    check<std::uint32_t>(to_le<std::uint32_t>(r2), !little);
    check<std::uint64_t>(to_le<std::uint64_t>(r2), !little);
}

TEST_CASE("bytes turned around") {
    check<std::uint16_t>(bswap<std::uint16_t>(r2), true, {6, 6});
    check<std::uint32_t>(bswap<std::uint32_t>(r2), true, {6, 6});
    check<std::uint64_t>(bswap<std::uint64_t>(r2), true, {6, 6});
}

} // namespace
