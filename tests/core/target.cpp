// The types of a target: candidates by name and kind, types by id from a coarse index, damage where it is met.
// SPDX-License-Identifier: BSL-1.0

#include "types.hpp"

#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/target.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using enum core_relo_kind;

static_assert(core::detail::is_long("long") && core::detail::is_long("long unsigned int") &&
              core::detail::is_long("unsigned long") && core::detail::is_long("int long"));
static_assert(!core::detail::is_long("long long") && !core::detail::is_long("unsigned int") &&
              !core::detail::is_long("") && !core::detail::is_long("longer") &&
              !core::detail::is_long("long long int"));

/// Many types, of which some are called as those of the object.
constexpr blob_builder write_kernel() {
    using enum btf::kind;
    blob_builder out{std::endian::native};
    out.record("int", make_info(int_), 4); // 1
    out.words({0x0100'0020});
    out.record("thing", make_info(union_), 4);         // 2: another kind
    out.record("thing", make_info(struct_), 4);        // 3
    out.record("thing_else", make_info(struct_), 4);   // 4
    out.record("thing___a", make_info(struct_), 4);    // 5
    out.record("thin", make_info(struct_), 4);         // 6
    out.record("color", make_info(enum64), 8);         // 7
    out.record("color", make_info(enum_), 4);          // 8
    out.record("thing___mine", make_info(struct_), 4); // 9
    out.record("thing_alias", make_info(typedef_), 3); // 10
    out.record("long", make_info(int_), 2);            // 11: too short to be one
    out.words({0x0100'0010});
    out.record("thing____a", make_info(struct_), 4); // 12
    out.record("thing", make_info(fwd), 0);          // 13
    out.record("long int", make_info(int_), 4);      // 14
    out.words({0x0100'0020});
    out.record("long", make_info(int_), 8); // 15
    out.words({0x0100'0040});
    out.record("wide", make_info(enum_), 4);          // 16
    out.record("liqurgelzor", make_info(struct_), 4); // 17
    out.record("ab___old", make_info(struct_), 4);    // 18
    out.record("abs", make_info(struct_), 4);         // 19
    out.record("", make_info(struct_), 4);            // 20
    return out;
}
static_assert(core::detail::hash_of("liqurgelzor") == core::detail::hash_of("liquid"),
              "and the same beginning, yet another name");

/// Ids of the candidates of a root, a digit pair each, in order.
constexpr std::uint64_t ids(core::candidates const& found, std::uint32_t type) {
    std::uint64_t all = 0;
    core::root const* const one = found.find(btf::type_id{type});
    if (one == nullptr) return ~0ULL;
    for (std::uint32_t at = one->first; at != core::no_candidate; at = found.all()[at].next) {
        all = all * 100 + number(found.all()[at].type);
    }
    return all;
}

constexpr bool finds_candidates() {
    std::array<core::root, 3> roots{};
    std::array<core::candidate, 8> room{};
    std::array<std::uint32_t, 4> checkpoints{};
    core::candidates found{roots, room};
    std::array const asked{ask(9, "0:1", field_exists), ask(5, "0", type_exists),   ask(5, "0:0", field_exists),
                           ask(8, "0", enumval_value),  ask(3, "0", type_id_local), ask(5, "0", type_size)};
    if (found.add(local, asked) != core::malformed{} || found.roots().size() != 3) return false;
    found.ready();
    if (found.has_all()) return false;
    auto const blob = write_kernel().finish();
    auto kernel = *core::target::open(blob.text());
    if (kernel.index(checkpoints, found) != core::malformed{} || kernel.type_count() != 20) return false;
    if (!found.has_all() || kernel.pointer_size() != 4 || found.find(btf::type_id{3}) != nullptr) return false;
    return ids(found, 5) == 3'05'09 && ids(found, 8) == 7'08 && ids(found, 9) == 10;
}
static_assert(finds_candidates());

/// Names that are alike for a hash or for a filter, and an enum that became narrower.
constexpr bool tells_names_apart() {
    std::array<core::root, 3> roots{};
    std::array<core::candidate, 8> room{};
    std::array<std::uint32_t, 4> checkpoints{};
    core::candidates found{roots, room};
    std::array const asked{ask(15, "0", enumval_value), ask(16, "0", type_exists), ask(17, "0", type_exists)};
    if (found.add(local, asked) != core::malformed{}) return false;
    found.ready();
    auto const blob = write_kernel().finish();
    auto kernel = *core::target::open(blob.text());
    if (kernel.index(checkpoints, found) != core::malformed{}) return false;
    return ids(found, 15) == 16 && ids(found, 16) == 0 && ids(found, 17) == 18 && !found.has_all();
}
static_assert(tells_names_apart());

TEST_CASE("core target: candidates have the name and the kind of a root") { CHECK(finds_candidates()); }

/// A blob of `count` structs called s0, s1 …, of different sizes.
btf_test::blob_builder::blob many(std::uint32_t count) {
    blob_builder out{std::endian::native};
    for (std::uint32_t id = 1; id <= count; ++id) {
        out.record("s" + std::to_string(id), make_info(kind::struct_, id % 3), id);
        for (std::uint32_t member = 0; member < id % 3; ++member) out.named("m", id, 0);
    }
    return out.finish();
}

TEST_CASE("core target: every type is found, however small the index") {
    for (std::uint32_t const count : {1U, 2U, 3U, 16U, 17U, 60U}) {
        auto const blob = many(count);
        for (std::size_t size = 2; size < 70; ++size) {
            CAPTURE(count);
            CAPTURE(size);
            std::vector<std::uint32_t> checkpoints(size);
            core::candidates none{{}, {}};
            auto kernel = *core::target::open(blob.text());
            REQUIRE(kernel.index(checkpoints, none) == core::malformed{});
            REQUIRE(kernel.type_count() == count);
            for (int round = 0; round < 2; ++round) {
                for (std::uint32_t id = 1; id <= count; ++id) {
                    auto const type = kernel.type(btf::type_id{id});
                    REQUIRE(type.size() == id);
                    REQUIRE(type.id() == btf::type_id{id});
                    REQUIRE(type.has_name("s" + std::to_string(id)));
                }
            }
            CHECK(kernel.type(btf::type_id{0}).is_void());
            CHECK(kernel.type(btf::type_id{count + 1}).is_void());
            CHECK(kernel.type(btf::type_id{0xffff'ffff}).is_void());
            CHECK(kernel.problem() == btf::malformed{});
        }
    }
}

TEST_CASE("core target: types that share a place among those known are told apart") {
    std::string blob(24, '\0');
    std::string types;
    auto const word = [](std::string& to, std::uint32_t value) { to.append(reinterpret_cast<char const*>(&value), 4); };
    for (std::uint32_t id = 1; id <= 1000; ++id) {
        for (std::uint32_t const value : {0U, make_info(kind::struct_), id}) word(types, value);
    }
    std::string header;
    word(header, 0x0001'eb9f);
    for (std::uint32_t const value : {24U, 0U, 12'000U, 12'000U, 1U}) word(header, value);
    blob = header + types + '\0';
    if constexpr (std::endian::native == std::endian::big) return;
    std::array<std::uint32_t, 64> checkpoints{};
    core::candidates none{{}, {}};
    auto kernel = *core::target::open(blob);
    REQUIRE(kernel.index(checkpoints, none) == core::malformed{});
    for (std::uint32_t at = 0; at < 3000; ++at) {
        std::uint32_t const id = 1 + at * 37 % 1000;
        REQUIRE(kernel.type(btf::type_id{id}).size() == id);
    }
}

TEST_CASE("core target: storage that is too small is told") {
    auto const blob = write_kernel().finish();
    std::array const asked{ask(5, "0:0", field_exists), ask(8, "0", enumval_value)};
    std::array<core::root, 1> one_root{};
    core::candidates few{one_root, {}};
    CHECK(few.add(local, asked) == core::malformed{reason::too_few_roots, 1, btf::type_id{8}});

    std::array<core::root, 2> roots{};
    std::array<core::candidate, 4> room{};
    std::array<std::uint32_t, 8> checkpoints{};
    core::candidates found{roots, room};
    REQUIRE(found.add(local, asked) == core::malformed{});
    found.ready();
    auto kernel = *core::target::open(blob.text());
    CHECK(kernel.index(std::span{checkpoints}.first(1), found).why == reason::no_checkpoints);
    CHECK(kernel.index(checkpoints, found).why == reason::too_few_candidates);
    CHECK(found.candidate_count() == 5);
    CHECK(found.all().size() == 4);
}

TEST_CASE("core target: types that no target can be searched for") {
    std::array<core::root, 2> roots{};
    auto const why = [&](core_relo asked) { return core::candidates{roots, {}}.add(local, std::array{asked}, 7); };
    CHECK(why(ask(3, "0", type_exists)) == core::malformed{reason::anonymous_type, 7, btf::type_id{3}});
    CHECK(why(ask(0, "0", type_exists)) == core::malformed{reason::anonymous_type, 7, btf::void_id});
    CHECK(why(ask(18, "0", type_exists)) == core::malformed{reason::no_such_type, 7, btf::type_id{18}});
    CHECK(why(ask(3, "0", type_id_local)) == core::malformed{});
}

/// A kernel with the struct `pair` and a module with two more.
struct split {
    btf_test::blob_builder::blob kernel;
    btf_test::blob_builder::blob module;

    split() {
        blob_builder base{std::endian::native};
        base.record("int", make_info(kind::int_), 4); // 1
        base.words({0x0100'0020});
        base.record("color", make_info(kind::enum_, 1), 4); // 2
        base.named("RED", 3);
        kernel = base.finish();
        blob_builder own{std::endian::native, base.strings_size()};
        own.record("color", make_info(kind::enum_, 1), 4); // 3
        own.named("RED", 4);
        own.record("thing", make_info(kind::struct_, 2), 8); // 4
        own.named("other", 1, 0);
        own.named("first", 1, 32);
        module = own.finish();
    }
};

TEST_CASE("core target: modules are asked for what the kernel lacks") {
    split const made;
    auto const field = resolve(ask(5, "0:0", field_byte_offset), made.kernel.text(), made.module.text());
    REQUIRE(field);
    CHECK(field->is_found);
    CHECK(field->new_value == 4);
    CHECK((*resolve(ask(5, "0", type_id_target), made.kernel.text(), made.module.text())).new_value == 4);
    CHECK((*resolve(ask(8, "0", enumval_value), made.kernel.text(), made.module.text())).new_value == 3);
    CHECK_FALSE((*resolve(ask(5, "0:0", field_byte_offset), made.kernel.text())).is_found);
}

TEST_CASE("core target: a module's base is the kernel") {
    split const made;
    auto kernel = *core::target::open(made.kernel.text());
    core::candidates none{{}, {}};
    std::array<std::uint32_t, 4> checkpoints{};
    REQUIRE(kernel.index(checkpoints, none) == core::malformed{});
    auto module = *core::target::open(made.module.text(), kernel);
    std::array<std::uint32_t, 4> more{};
    REQUIRE(module.index(more, none, 1) == core::malformed{});
    CHECK(module.type(btf::type_id{1}).has_name("int"));
    CHECK(module.type(btf::type_id{4}).has_name("thing"));
    CHECK((*module.type(btf::type_id{4}).members().begin()).type() == btf::type_id{1});
    CHECK(core::target::open(made.module.text(), module).error().why == btf::reason::base_is_split);
    blob_builder swapped{btf_test::foreign, 5};
    CHECK(core::target::open(swapped.finish().text(), kernel).error().why == btf::reason::base_byte_order);
}

TEST_CASE("core target: damage is told when it is met, and not before") {
    blob_builder out{std::endian::native};
    out.record("thing", make_info(kind::struct_, 1), 8); // 1
    out.words({0x1000, 2, 0});
    out.record("color", make_info(kind::enum_, 1), 4); // 2
    out.named("RED", 3);
    out.record("thing_alias", make_info(kind::typedef_), 9); // 3: no such type
    auto const blob = out.finish();
    CHECK((*resolve(ask(8, "0", enumval_value), blob.text())).new_value == 3);
    auto const name = resolve(ask(5, "0:0", field_exists), blob.text()).error();
    CHECK(name.why == reason::target_malformed);
    CHECK(name.target == btf::malformed{btf::reason::name_outside, 36});
    auto const type = resolve(ask(9, "0:0", field_exists), blob.text()).error();
    CHECK(type.why == reason::target_malformed);
    CHECK(type.target.why == btf::reason::type_outside);
}

btf::malformed walk_error(blob_builder const& out, std::size_t cut = 0) {
    auto const blob = out.finish();
    core::candidates none{{}, {}};
    std::array<std::uint32_t, 4> checkpoints{};
    auto kernel = core::target::open(blob.text().substr(0, blob.size - cut));
    if (!kernel) return kernel.error();
    core::target target = *kernel;
    core::malformed const problem = target.index(checkpoints, none);
    CHECK(problem.why == reason::target_malformed);
    return problem.target;
}

TEST_CASE("core target: what cannot be stepped over is told by the walk") {
    auto const with = [](std::initializer_list<std::uint32_t> words) {
        blob_builder out{std::endian::native};
        out.record("int", make_info(kind::int_), 4);
        out.words({0x20});
        out.words(words);
        return out;
    };
    using btf::reason;
    CHECK(walk_error(with({0, make_info(kind{20}), 0})) == btf::malformed{reason::unknown_kind, 44});
    CHECK(walk_error(with({0, 0, 0})) == btf::malformed{reason::unknown_kind, 44});
    CHECK(walk_error(with({0, 0x0400'0000 | 1 << 16, 0})) == btf::malformed{reason::unknown_info_bits, 44});
    CHECK(walk_error(with({0, make_info(kind::struct_, 1), 4, 0, 0})) == btf::malformed{reason::record_truncated, 40});
    CHECK(walk_error(with({0, make_info(kind::ptr)})) == btf::malformed{reason::record_truncated, 40});
    CHECK(walk_error(with({0x1000, make_info(kind::int_), 4, 32})) == btf::malformed{reason::name_outside, 40});
    CHECK(walk_error(with({}), 1).why == reason::strings_outside);
}

} // namespace
