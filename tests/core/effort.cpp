// What questions about types may cost, sizes, and types that are behind others.
// SPDX-License-Identifier: BSL-1.0

#include "types.hpp"

#include <bpfxx/btf/build.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/match.hpp>
#include <bpfxx/core/target.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace core_test;
using core::detail::effort;
using enum btf::kind;

constexpr bool has_a_limit() {
    effort spent;
    if (!spent.spend(effort::limit) || !spent.spend(0) || spent.failed()) return false;
    return !spent.spend() && spent.failed() && spent.why() == reason::too_much_work;
}
static_assert(has_a_limit());

constexpr bool keeps_the_first_failure() {
    effort spent;
    if (spent.fail(reason::no_size) || spent.fail(reason::too_far) || spent.spend()) return false;
    return spent.why() == reason::no_size;
}
static_assert(keeps_the_first_failure());

/// The size of one of some types.
constexpr std::optional<std::uint32_t> size_of(blob_builder const& out, std::uint32_t type) {
    auto const blob = out.finish();
    std::array<std::uint32_t, 80> offsets{};
    auto const view = *btf::view::parse(blob.text());
    core::detail::local_types const in{*view.index(offsets)};
    return core::detail::size_of(in, btf::type_id{type});
}

/// An int, and what stands on it.
constexpr blob_builder with_int() {
    blob_builder out{std::endian::native};
    out.record("int", make_info(int_), 4);
    out.words({0x0100'0020});
    return out;
}
constexpr std::optional<std::uint32_t> size_of_one(btf::kind what, std::uint32_t word,
                                                   std::initializer_list<std::uint32_t> more = {}) {
    blob_builder out = with_int();
    out.record("it", make_info(what), word);
    out.words(more);
    return size_of(out, 2);
}
static_assert(size_of_one(typedef_, 1) == 4U && size_of_one(volatile_, 1) == 4U && size_of_one(const_, 1) == 4U &&
              size_of_one(restrict_, 1) == 4U && size_of_one(type_tag, 1) == 4U);
static_assert(size_of_one(decl_tag, 1, {~0U}) == 4U, "of what it is said");
static_assert(size_of_one(var, 1, {1}) == 4U && size_of_one(datasec, 24) == 24U);
static_assert(size_of_one(ptr, 1) == 8U && size_of_one(float_, 16) == 16U && size_of_one(enum64, 8) == 8U &&
              size_of_one(struct_, 0) == 0U && size_of_one(union_, 5) == 5U && size_of_one(enum_, 4) == 4U);
static_assert(!size_of_one(fwd, 0) && !size_of_one(func_proto, 1) && !size_of_one(const_, 0));

/// `outer` times `inner` of a struct.
constexpr std::optional<std::uint32_t> size_of_arrays(std::uint32_t outer, std::uint32_t inner, std::uint32_t size) {
    blob_builder out = with_int();
    out.record("element", make_info(struct_), size); // 2
    out.record("", make_info(array), 0);             // 3
    out.words({2, 1, inner});
    out.record("", make_info(array), 0); // 4
    out.words({3, 1, outer});
    return size_of(out, 4);
}
static_assert(size_of_arrays(3, 5, 7) == 105U);
static_assert(size_of_arrays(0x1'0001, 0xffff, 1) == 0xffff'ffffU && size_of_arrays(1, 0xffff, 0x1'0001) == ~0U);
static_assert(!size_of_arrays(0x1'0000, 0x1'0000, 1), "4 GiB, or nothing at all for those who count in 32 bits");
static_assert(!size_of_arrays(0x1'0000, 0x1'0000, 0), "even if they hold nothing");
static_assert(!size_of_arrays(1, 0x1'0000, 0x1'0000) && !size_of_arrays(0x1'0001, 0xffff, 2));
static_assert(size_of_arrays(0, 0xffff'ffff, 8) == 0U && size_of_arrays(0xffff'ffff, 0, 8) == 0U);

/// `count` types that each name the next one, the last of them an int.
blob_builder chain(btf::kind what, std::uint32_t count) {
    blob_builder out{std::endian::native};
    for (std::uint32_t at = 0; at < count; ++at) out.record("", make_info(what), at + 2);
    out.record("int", make_info(int_), 4);
    out.words({0x0100'0020});
    return out;
}

TEST_CASE("core effort: chains of types have an end") {
    CHECK(size_of(chain(const_, 31), 1) == 4U);
    CHECK_FALSE(size_of(chain(const_, 32), 1));

    auto const plain = [](std::uint32_t count, effort& spent) {
        auto const blob = chain(const_, count).finish();
        auto const view = btf::view::parse(blob.text());
        REQUIRE(view);
        std::vector<std::uint32_t> offsets(view->index_size());
        core::detail::local_types const in{*view->index(offsets)};
        return core::detail::plain(in, btf::type_id{1}, spent).id();
    };
    effort enough;
    CHECK(plain(63, enough) == btf::type_id{64});
    CHECK_FALSE(enough.failed());
    effort spent;
    CHECK(plain(64, spent) == btf::void_id);
    CHECK(spent.why() == reason::chain_too_long);
}

// Types that are small and take for ever to be compared.

/// `depth` types, each of which has two parts of the same name that are the next one; the last is an integer.
blob_builder branching(btf::kind what, std::string_view part, std::uint32_t depth, std::uint32_t size) {
    bool const is_struct = what != func_proto;
    blob_builder out{std::endian::native};
    for (std::uint32_t at = 1; at <= depth; ++at) {
        out.record(at == 1 ? "thing" : "", make_info(what, 2), is_struct ? 8 : 0);
        for (int twice = 0; twice < 2; ++twice) is_struct ? out.named(part, at + 1, 0) : out.named(part, at + 1);
    }
    out.record("int", make_info(int_), size);
    out.words({1U << 24 | size * 8});
    return out;
}

/// The types of an object, to be compared with those of a target.
class comparison {
  public:
    comparison(std::string_view ours, std::string_view theirs) : ours_{ours}, theirs_{theirs} {
        auto const view = btf::view::parse(ours_);
        REQUIRE(view);
        view_ = *view;
        offsets_.resize(view_.index_size());
        types_ = *view_.index(offsets_);
        auto const opened = core::target::open(theirs_);
        REQUIRE(opened);
        target_ = *opened;
        core::candidates none{{}, {}};
        REQUIRE(target_.index(checkpoints_, none).why == reason::none);
    }
    comparison(comparison const&) = delete;
    comparison& operator=(comparison const&) = delete;

    bool fit() { return matcher().types_fit(btf::type_id{1}, btf::type_id{1}); }
    bool match() { return matcher().types_match(btf::type_id{1}, btf::type_id{1}); }
    [[nodiscard]] reason why() const { return spent_.why(); }

  private:
    core::detail::matcher<core::target> matcher() {
        local_ = core::detail::local_types{types_};
        spent_ = {};
        return {local_, target_, spent_};
    }

    std::string ours_;
    std::string theirs_;
    std::vector<std::uint32_t> offsets_;
    btf::view view_;
    btf::indexed_view types_ = local;
    core::detail::local_types local_{types_};
    core::target target_;
    std::array<std::uint32_t, 64> checkpoints_{};
    effort spent_;
};

TEST_CASE("core effort: members that could each be two others") {
    for (std::uint32_t const depth : {8U, 21U}) {
        comparison it{branching(struct_, "m", depth, 4).finish().text(),
                      branching(struct_, "m", depth, 8).finish().text()};
        CHECK_FALSE(it.match());
        CHECK(it.why() == (depth == 8 ? reason::none : reason::too_much_work));
    }
}

TEST_CASE("core effort: functions that take functions twice") {
    for (std::uint32_t const depth : {8U, 21U}) {
        auto const both = branching(func_proto, "p", depth, 4).finish();
        comparison it{both.text(), both.text()};
        CHECK(it.fit() == (depth == 8));
        CHECK(it.why() == (depth == 8 ? reason::none : reason::too_much_work));
        CHECK(it.match() == (depth == 8));
        CHECK(it.why() == (depth == 8 ? reason::none : reason::too_much_work));
    }
}

TEST_CASE("core effort: anonymous structs that hold anonymous structs twice") {
    auto const first = ask(5, "0:0", core_relo_kind::field_exists);
    auto const few = resolve(first, branching(struct_, "", 8, 4).finish().text());
    REQUIRE(few);
    CHECK(few->new_value == 0);
    auto const many = resolve(first, branching(struct_, "", 21, 4).finish().text());
    CHECK(many.error() == core::malformed{reason::too_much_work, 0, btf::type_id{5}});
}

/// `count` parts of the same name, or all but the last of another one.
template <class Part>
std::vector<Part> parts(std::uint32_t count, char const* first, char const* last) {
    std::vector<Part> made(count);
    for (Part& one : made) one.name = first;
    made.back().name = last;
    return made;
}

TEST_CASE("core effort: enumerators and members that are all found last") {
    for (std::uint32_t const count : {100U, 1500U}) {
        reason const expected = count == 100 ? reason::none : reason::too_much_work;
        auto const enumeration = [&](char const* name) {
            btf::builder<32768> to;
            to.enum_("thing", 4, parts<btf::enumerator_spec>(count, name, "A"));
            auto const blob = to.finish();
            return std::string{blob.text()};
        };
        comparison enums{enumeration("A"), enumeration("B")};
        CHECK(enums.match() == (count == 100));
        CHECK(enums.why() == expected);

        auto const record = [&](char const* name) {
            btf::builder<32768> to;
            auto members = parts<btf::member_spec>(count, name, "a");
            for (btf::member_spec& one : members) one.type = btf::type_id{2};
            to.struct_("thing", 4, members);
            to.int_("int", 4);
            auto const blob = to.finish();
            return std::string{blob.text()};
        };
        comparison structs{record("a"), record("b")};
        CHECK(structs.match() == (count == 100));
        CHECK(structs.why() == expected);
    }
}

} // namespace
