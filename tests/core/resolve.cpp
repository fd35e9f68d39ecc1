// What relocations come to, while compiling; targets/*.txt has many more answers.
// SPDX-License-Identifier: BSL-1.0

#include "types.hpp"

#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/locate.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/core/patch.hpp>
#include <bpfxx/core/resolve.hpp>
#include <bpfxx/core/value.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace {

using namespace core_test;
using core::resolution;
using enum core_relo_kind;

/// A target of its own shape.
constexpr auto kernel_blob(std::endian order = std::endian::native) {
    using enum btf::kind;
    blob_builder out{order};
    out.record("int", make_info(int_), 4); // 1
    out.words({0x0100'0020});
    out.record("unsigned long", make_info(int_), 8); // 2
    out.words({0x40});
    out.record("", make_info(ptr), 0);   // 3
    out.record("", make_info(array), 0); // 4: int[6]
    out.words({1, 2, 6});
    out.record("thing", make_info(struct_, 6, true), 64); // 5
    out.named("first", 2, 64);
    out.named("pointer", 3, 128);
    out.named("right", 1, 192);
    out.named("", 6, 256);
    out.named("low", 1, 7U << 24 | 480);
    out.named("high", 2, 18U << 24 | 487);
    out.record("", make_info(struct_, 2), 28); // 6
    out.named("four", 4, 32);
    out.named("color", 7, 0);
    out.record("color", make_info(enum64, 2, true), 8); // 7
    out.named("GREEN", 9, 1);
    out.named("RED___old", 0xffff'fff0, 0xffff'ffff);
    return out.finish();
}
constexpr auto blob = kernel_blob();

constexpr resolution answer(std::uint32_t type, std::string_view text, core_relo_kind kind) {
    return core::require(resolve(ask(type, text, kind), blob.text()));
}
constexpr resolution found(std::uint64_t before, std::uint64_t after, std::uint32_t old_size = 0,
                           std::uint32_t new_size = 0, bool certain = true, bool resize = true) {
    return {before, after, old_size, new_size, true, certain, resize};
}

static_assert(answer(5, "0:0", field_byte_offset) == found(0, 8, 4, 8));
static_assert(answer(5, "0:1", field_byte_offset) == found(8, 16, 8, 8));
static_assert(answer(5, "0:2:1", field_byte_offset) == found(16, 24, 4, 4), "the union around it is gone");
static_assert(answer(5, "0:3", field_byte_offset) == found(20, 36, 16, 24, true, false), "no integer to be resized");
static_assert(answer(5, "0:3:3", field_byte_offset) == found(32, 48, 4, 4), "now in an anonymous struct");
static_assert(answer(5, "0:3:3", field_byte_size) == found(4, 4));
static_assert(answer(5, "0:3", field_byte_size) == found(16, 24));
static_assert(answer(5, "1:0", field_byte_offset) == found(48, 72, 4, 8));
static_assert(answer(5, "0:4", field_signed) == found(1, 1) && answer(5, "0:5", field_signed) == found(0, 0));
static_assert(answer(5, "0:4", field_byte_offset) == found(36, 60, 0, 0, false));
static_assert(answer(5, "0:5", field_byte_size) == found(4, 8, 0, 0, false));
static_assert(answer(5, "0:5", field_rshift_u64) == found(44, 46));
static_assert(answer(5, "0:4", field_lshift_u64).new_value == (std::endian::native == std::endian::little ? 57 : 32));
static_assert(answer(5, "0:0", field_exists) == found(1, 1));
static_assert(answer(5, "0:2:0", field_exists) == resolution{1, 0, 0, 0, true, true, true});
static_assert(answer(5, "0:2:0", field_byte_offset) == resolution{16, 0, 0, 0, false, true, true});
static_assert(answer(5, "0:7", field_exists) == resolution{1, 1, 0, 0, true, true, true}, "enums of both widths");
static_assert(answer(9, "0:0", field_exists) == resolution{1, 0, 0, 0, true, true, true}, "no such typedef");
static_assert(answer(5, "0", type_id_local) == resolution{5, 5, 0, 0, true, false, true});
static_assert(answer(5, "0", type_id_target) == found(5, 5, 0, 0, false));
static_assert(answer(5, "0", type_size) == found(48, 64) && answer(5, "0", type_exists) == found(1, 1));
static_assert(answer(5, "0", type_matches) == resolution{1, 0, 0, 0, true, true, true});
static_assert(answer(9, "0", type_exists) == resolution{1, 0, 0, 0, true, true, true});
static_assert(answer(9, "0", type_id_target).new_value == 0 && answer(9, "0", type_id_target).is_found);
static_assert(answer(8, "0", enumval_value) == found(~0ULL, 0xffff'ffff'ffff'fff0));

constexpr auto foreign_blob = kernel_blob(btf_test::foreign);
static_assert((*resolve(ask(5, "0:5", field_rshift_u64), foreign_blob.text())).new_value == 46);
static_assert((*resolve(ask(5, "0:4", field_lshift_u64), foreign_blob.text())).new_value ==
                  (std::endian::native == std::endian::little ? 32 : 57),
              "in the target's byte order");

TEST_CASE("core resolve: at run time as while compiling") {
    CHECK(answer(5, "0:2:1", field_byte_offset) == found(16, 24, 4, 4));
    CHECK(resolve(ask(5, "0:0", core_relo_kind{13}), blob.text()).error().why == reason::unknown_kind);
    CHECK(resolve(ask(5, "0:3:3", field_signed), blob.text()).error().why == reason::element_only_moves);
    CHECK(resolve(ask(14, "0", type_size), blob.text()).error().why == reason::no_size);
}

TEST_CASE("core resolve: relocations of types that were not added") {
    std::array<core::root, 4> roots{};
    std::array<core::candidate, 4> room{};
    core::candidates none{roots, room};
    core::target target;
    core::resolver with{local, none, {&target, 1}};
    CHECK(with.resolve(ask(5, "0:0", field_exists), 9).error() ==
          core::malformed{reason::no_such_type, 9, btf::type_id{5}});
    CHECK(with.resolve(ask(99, "0:0", field_exists), 9).error() ==
          core::malformed{reason::no_such_type, 9, btf::type_id{99}});
}

/// Two kernels' things in one, of which only the first has a pointer.
constexpr auto two_things() {
    blob_builder out{std::endian::native};
    out.record("unsigned int", make_info(kind::int_), 4); // 1
    out.words({0x20});
    out.record("", make_info(kind::ptr), 0);              // 2
    out.record("thing", make_info(kind::struct_, 2), 24); // 3
    out.named("pointer", 2, 64);
    out.named("first", 1, 128);
    out.record("thing___b", make_info(kind::struct_, 1), 8); // 4
    out.named("first", 1, 32);
    return out.finish();
}

TEST_CASE("core resolve: what one relocation has left out, later ones do not find") {
    std::array<core::root, 4> roots{};
    std::array<core::candidate, 8> room{};
    std::array<std::uint32_t, 8> checkpoints{};
    std::array const asked{ask(5, "0:1", field_byte_offset), ask(5, "0:0", field_byte_offset)};
    core::candidates found_types{roots, room};
    REQUIRE(found_types.add(local, asked) == core::malformed{});
    found_types.ready();
    auto const two = two_things();
    auto target = *core::target::open(two.text());
    REQUIRE(target.index(checkpoints, found_types) == core::malformed{});
    CHECK(found_types.candidate_count() == 2);
    core::resolver with{local, found_types, {&target, 1}};
    CHECK(with.resolve(asked[1]).error().why == reason::ambiguous_offset);
    REQUIRE(target.problem() == btf::malformed{});
    CHECK(core::require(with.resolve(asked[0])).new_value == 8);
    CHECK(core::require(with.resolve(asked[1])).new_value == 16);
}

TEST_CASE("core resolve: what the memory held before is no answer") {
    std::array<core::root, 4> roots{};
    std::array<core::candidate, 8> room{};
    std::array<std::uint32_t, 8> checkpoints{};
    std::array const asked{ask(5, "0:1", field_byte_offset)};
    core::candidates found_types{roots, room};
    REQUIRE(found_types.add(local, asked) == core::malformed{});
    found_types.ready();
    auto target = *core::target::open(blob.text());
    REQUIRE(target.index(checkpoints, found_types) == core::malformed{});
    std::array<core::remembered, 1> memory{{{asked[0], found(8, 99, 8, 8)}}};
    core::resolver with{local, found_types, {&target, 1}, memory};
    CHECK(core::require(with.resolve(asked[0])) == found(8, 16, 8, 8));
    // Its own answers are.
    memory[0].answer.new_value = 24;
    CHECK(core::require(with.resolve(asked[0])) == found(8, 24, 8, 8));
}

TEST_CASE("core resolve: a bit-field that no load can read") {
    blob_builder out{std::endian::native};
    out.record("unsigned __int128", make_info(kind::int_), 16); // 1
    out.words({0x80});
    out.record("unsigned long", make_info(kind::int_), 8); // 2
    out.words({0x40});
    out.record("thing", make_info(kind::struct_, 2, true), 16); // 3
    out.named("low", 1, 5U << 24);
    out.named("high", 2, 60U << 24 | 10);
    auto const wide = out.finish();
    CHECK(resolve(ask(5, "0:4", field_byte_size), wide.text()).error().why == reason::bit_field_width);
    CHECK(resolve(ask(5, "0:5", field_byte_size), wide.text()).error().why == reason::bit_field_width);
    CHECK((*resolve(ask(5, "0:5", field_exists), wide.text())).new_value == 1);
}

TEST_CASE("core resolve: arrays that became shorter, and fields behind many anonymous unions") {
    blob_builder out{std::endian::native};
    out.record("int", make_info(kind::int_), 4); // 1
    out.words({0x0100'0020});
    out.record("", make_info(kind::array), 0); // 2: int[3]
    out.words({1, 1, 3});
    out.record("", make_info(kind::union_, 1), 4); // 3
    out.named("u", 1, 0);
    out.record("thing", make_info(kind::struct_, 72), 300); // 4
    out.named("four", 2, 0);
    for (std::uint32_t at = 1; at <= 70; ++at) out.named("", 3, 96 + 32 * at);
    out.named("first", 1, 3200);
    auto const long_one = out.finish();
    CHECK((*resolve(ask(5, "0:3:3", field_exists), long_one.text())).new_value == 0);
    CHECK((*resolve(ask(5, "0:3", field_byte_size), long_one.text())).new_value == 12);
    CHECK((*resolve(ask(5, "0:0", field_byte_offset), long_one.text())).new_value == 400);
}

TEST_CASE("core resolve: members of named members are not the struct's own, and old enums have signs that nobody wrote "
          "down") {
    blob_builder out{std::endian::native};
    out.record("int", make_info(kind::int_), 4); // 1
    out.words({0x0100'0020});
    out.record("", make_info(kind::struct_, 1), 4); // 2
    out.named("first", 1, 0);
    out.record("thing", make_info(kind::struct_, 2), 8); // 3
    out.named("inner", 2, 0);
    out.named("first", 1, 32);
    out.record("color", make_info(kind::enum_, 1), 4); // 4
    out.named("RED", 0xffff'fff0);
    auto const plain = out.finish();
    CHECK((*resolve(ask(5, "0:0", field_byte_offset), plain.text())).new_value == 4);
    CHECK((*resolve(ask(8, "0", enumval_value), plain.text())).new_value == 0xffff'ffff'ffff'fff0);
}

TEST_CASE("core resolve: instructions outside the code") {
    std::array<core::root, 4> roots{};
    std::array<core::candidate, 8> room{};
    std::array<std::uint32_t, 8> checkpoints{};
    std::array asked{ask(5, "0:1", field_byte_offset), ask(5, "0:1", field_byte_offset)};
    core::candidates found_types{roots, room};
    REQUIRE(found_types.add(local, asked) == core::malformed{});
    found_types.ready();
    auto target = *core::target::open(blob.text());
    REQUIRE(target.index(checkpoints, found_types) == core::malformed{});
    core::resolver with{local, found_types, {&target, 1}};
    std::array<bpfxx::insn::instruction, 3> code{{{0xb7, 1, 0, 8}, {0xb7, 1, 0, 8}, {0xb7, 1, 0, 9}}};
    asked[1].insn_off = 3;
    CHECK(core::relocate(with, code, asked, 4) == core::malformed{reason::instruction_outside, 5, btf::type_id{5}});
    CHECK(code[0].imm == 16);
    asked[1].insn_off = 2;
    code[0].imm = 8;
    CHECK(core::relocate(with, code, asked, 4) == core::malformed{reason::unexpected_value, 5, btf::type_id{5}});
    asked[1].insn_off = 1;
    code[0].imm = 8;
    CHECK(core::relocate(with, code, asked) == core::malformed{});
    CHECK(code[1].imm == 16);
}

} // namespace
