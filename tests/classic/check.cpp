// SPDX-License-Identifier: BSL-1.0
// What is refused and where; that the kernel refuses the same is the matter of random.cpp.

#include <bpfxx/classic/alu.hpp>
#include <bpfxx/classic/check.hpp>
#include <bpfxx/classic/jump.hpp>
#include <bpfxx/classic/load.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "support/random_filter.hpp"

namespace {

using namespace bpfxx::classic;
using code = std::vector<instruction>;
using codes = std::initializer_list<std::uint16_t>;

bool good(code const& all) { return !check(all); }

bool wrong(code const& all, mistake what, std::size_t at) { return check(all) == fault{what, at}; }

constexpr instruction jeq(std::uint8_t jt, std::uint8_t jf) { return {0x15, jt, jf, 0}; }
constexpr instruction ja(std::uint32_t k) { return {0x05, 0, 0, k}; }

TEST_CASE("lengths") {
    CHECK(wrong({}, mistake::empty, 0));
    CHECK(good({ret(0)}));
    CHECK(good(code(4096, ret(0))));
    CHECK(wrong(code(4097, ret(0)), mistake::too_long, 4096));
}

TEST_CASE("every opcode is known or not, and no other bit is ignored") {
    std::size_t known = 0;
    for (std::uint32_t number = 0; number != 0x10000; ++number) {
        instruction const one{static_cast<std::uint16_t>(number), 0, 0, 1};
        auto const found = check(code{ret(0), store(scratch[1], a), one, ret(0), ret(0)});
        bool listed = false;
        for (auto const each : tests::classic::opcodes) listed = listed || each == number;
        CHECK(listed == !found);
        if (!listed) CHECK(found == fault{mistake::unknown_opcode, 2});
        known += listed ? 1 : 0;
    }
    CHECK(known == 49);
}

TEST_CASE("constants that no packet can make right") {
    for (auto const divides : codes{0x34, 0x94}) {
        CHECK(wrong({ret(0), {divides, 0, 0, 0}, ret(0)}, mistake::division_by_zero, 1));
        CHECK(good({{divides, 0, 0, 1}, ret(0)}));
    }
    for (auto const shifts : codes{0x64, 0x74}) {
        CHECK(good({{shifts, 0, 0, 31}, ret(0)}));
        CHECK(wrong({{shifts, 0, 0, 32}, ret(0)}, mistake::shift_too_far, 0));
        CHECK(wrong({{shifts, 0, 0, 0xffffffff}, ret(0)}, mistake::shift_too_far, 0));
    }
    for (auto const by_x : codes{0x3c, 0x9c, 0x6c, 0x7c}) CHECK(good({{by_x, 0, 0, 0}, {by_x, 0, 0, 99}, ret(0)}));
    for (auto const uses_cell : codes{0x60, 0x61, 0x02, 0x03})
        CHECK(wrong({{uses_cell, 0, 0, 16}, ret(0)}, mistake::no_such_scratch_cell, 0));
    CHECK(good({store(scratch[15], a), load(x, scratch[15]), ret(0)}));
}

TEST_CASE("offsets beside the packet") {
    for (auto const loads : codes{0x20, 0x28, 0x30}) {
        CHECK(good({{loads, 0, 0, 0xffffefff}, ret(0)}));
        for (std::uint32_t offset = 0; offset != 0x1000; ++offset) {
            bool const named = offset % 4 == 0 && offset <= 60;
            code const all{{loads, 0, 0, 0xfffff000 + offset}, ret(0)};
            CHECK((named ? good(all) : wrong(all, mistake::no_such_ancillary, 0)));
        }
    }
    for (auto const others : codes{0x40, 0x48, 0x50, 0xb1}) CHECK(good({{others, 0, 0, 0xffffffff}, ret(0)}));
}

TEST_CASE("jumps stay inside") {
    CHECK(good({ja(0), ret(0)}));
    CHECK(wrong({ja(1), ret(0)}, mistake::jump_past_end, 0));
    CHECK(wrong({ja(0xffffffff), ret(0)}, mistake::jump_past_end, 0));
    CHECK(wrong({ret(0), ja(0)}, mistake::jump_past_end, 1));
    for (auto const branches : codes{0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d}) {
        CHECK(good({{branches, 1, 1, 0}, ret(0), ret(0)}));
        CHECK(wrong({{branches, 2, 0, 0}, ret(0), ret(0)}, mistake::jump_past_end, 0));
        CHECK(wrong({{branches, 0, 2, 0}, ret(0), ret(0)}, mistake::jump_past_end, 0));
    }
    // the fields of other instructions mean nothing
    CHECK(good({{0x04, 255, 255, 1}, {0x06, 255, 255, 0}}));
}

TEST_CASE("the end is a return") {
    CHECK(good({ret(a)}));
    CHECK(wrong({ret(0), mov(a, 1)}, mistake::end_missing, 1));
    CHECK(wrong({mov(a, 1)}, mistake::end_missing, 0));
}

TEST_CASE("scratch cells are stored on every path before they are loaded") {
    auto const store_0 = store(scratch[0], a);
    auto const load_0 = load(a, scratch[0]);
    auto const unstored = [](code const& all, std::size_t at) {
        return wrong(all, mistake::scratch_cell_not_stored, at);
    };
    CHECK(good({store_0, load_0, ret(a)}));
    CHECK(unstored({load_0, ret(a)}, 0));
    CHECK(unstored({load(x, scratch[0]), ret(a)}, 0));
    CHECK(unstored({store(scratch[1], a), load_0, ret(a)}, 1));
    CHECK(good({store(scratch[0], x), load_0, ret(a)}));
    CHECK(unstored({load_0, store_0, ret(a)}, 0));
    // around a store, by one way or by the other
    CHECK(unstored({jeq(0, 1), store_0, load_0, ret(a)}, 2));
    CHECK(unstored({jeq(1, 0), store_0, load_0, ret(a)}, 2));
    CHECK(good({jeq(0, 2), store_0, ja(1), store_0, load_0, ret(a)}));
    CHECK(unstored({jeq(0, 2), store_0, ja(1), store(scratch[1], a), load_0, ret(a)}, 4));
    CHECK(unstored({ja(1), store_0, load_0, ret(a)}, 2));
    CHECK(good({store_0, ja(0), load_0, ret(a)}));
    CHECK(good({store_0, jeq(1, 0), ret(0), load_0, ret(a)}));
    // what no jump goes to after a jump is never run, so it may do anything
    CHECK(good({ja(1), load_0, ret(0)}));
    // the kernel passes a ret as if execution went on after it
    CHECK(unstored({ret(0), load_0, ret(0)}, 1));
    CHECK(unstored({jeq(0, 2), store_0, ja(1), ret(0), load_0, ret(0)}, 4));
    CHECK(good({store_0, ret(0), load_0, ret(0)}));
}

TEST_CASE("every mistake has a sentence of its own") {
    std::vector<std::string_view> all;
    for (int number = 0; number <= int(mistake::scratch_cell_not_stored); ++number) {
        std::string_view const sentence = describe(static_cast<mistake>(number));
        CHECK(sentence.size() > 20);
        for (auto const other : all) CHECK(sentence != other);
        all.push_back(sentence);
    }
    CHECK(all.size() == 10);
    CHECK(std::string_view{describe(static_cast<mistake>(77))}.empty());
}

static_assert(!check(std::array{ret(1)}) && check(std::array{mov(a, 1)}) == fault{mistake::end_missing, 0});

} // namespace
