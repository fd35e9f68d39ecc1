// Three relations between types: fields, types that are the one that is meant, types of which all that is known is true.
// SPDX-License-Identifier: BSL-1.0

#include "../btf/blob.hpp"

#include <bpfxx/core/match.hpp>
#include <bpfxx/core/target.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace {

namespace btf = bpfxx::btf;
namespace core = bpfxx::core;
using btf::kind;
using btf::wire::make_info;
using btf_test::blob_builder;
using core::reason;

/// What the three relations say of the first type of each side.
struct verdict {
    bool fields = false;
    bool types = false;
    bool match = false;
    std::array<reason, 3> why{};

    friend constexpr bool operator==(verdict const&, verdict const&) = default;
};

/// A type is written down as its name, info, size or type, and the words behind it, where names of parts are texts.
class side {
  public:
    constexpr side& type(std::string_view name, kind what, std::uint32_t size, std::uint32_t count = 0,
                         bool flag = false) {
        out_.record(name, make_info(what, count, flag), size);
        return *this;
    }
    constexpr side& words(std::initializer_list<std::uint32_t> values) {
        out_.words(values);
        return *this;
    }
    constexpr side& part(std::string_view name, std::uint32_t second) {
        out_.named(name, second);
        return *this;
    }
    constexpr side& part(std::string_view name, std::uint32_t second, std::uint32_t third) {
        out_.named(name, second, third);
        return *this;
    }
    /// An int, in whatever place it is needed.
    constexpr side& integer(std::uint32_t size = 4, std::uint32_t encoding = 1, std::string_view name = "int") {
        return type(name, kind::int_, size).words({encoding << 24 | size * 8});
    }
    [[nodiscard]] constexpr auto finish() const { return out_.finish(); }

  private:
    blob_builder out_{std::endian::native};
};

constexpr verdict compare(side const& ours, side const& theirs) {
    auto const our_blob = ours.finish();
    auto const their_blob = theirs.finish();
    auto const view = *btf::view::parse(our_blob.text());
    std::array<std::uint32_t, 80> offsets{};
    core::detail::local_types const local{*view.index(offsets)};
    core::candidates none{{}, {}};
    std::array<std::uint32_t, 4> checkpoints{};
    auto target = *core::target::open(their_blob.text());
    if (target.index(checkpoints, none).why != reason::none) return {};
    verdict made;
    std::array<core::detail::effort, 3> spent{};
    auto const with = [&](int which) {
        return core::detail::matcher<core::target>{local, target, spent[static_cast<unsigned>(which)]};
    };
    made.fields = with(0).fields_fit(btf::type_id{1}, btf::type_id{1});
    made.types = with(1).types_fit(btf::type_id{1}, btf::type_id{1});
    made.match = with(2).types_match(btf::type_id{1}, btf::type_id{1});
    for (unsigned at = 0; at < 3; ++at) made.why[at] = spent[at].why();
    return made;
}

constexpr verdict yes{true, true, true};
constexpr verdict no{};
constexpr verdict loosely{true, true, false};

// integers: any fit, those of one size and sign match
static_assert(compare(side{}.integer(), side{}.integer()) == yes);
static_assert(compare(side{}.integer(), side{}.integer(8)) == loosely);
static_assert(compare(side{}.integer(), side{}.integer(4, 0)) == loosely);
static_assert(compare(side{}.integer(4, 1), side{}.integer(4, 3)) == yes, "characters are numbers");
static_assert(compare(side{}.integer(), side{}.integer(4, 1, "long")) == loosely, "and have the same name");
static_assert(compare(side{}.integer(), side{}.type("int", kind::int_, 4).words({1U << 24 | 3 << 16 | 5})).types ==
              false);
static_assert(compare(side{}.type("int", kind::int_, 4).words({1U << 24 | 3 << 16 | 5}), side{}.integer()).fields ==
              false);
static_assert(compare(side{}.type("f", kind::float_, 4), side{}.type("f", kind::float_, 8)) ==
              verdict{true, false, false});
static_assert(compare(side{}.integer(), side{}.type("int", kind::float_, 4)) == no);

// structs and unions: one field may be either, types may not
constexpr side composite(kind what, std::string_view name, std::uint32_t members = 0) {
    side made = side{}.type(name, what, 8, members);
    for (std::uint32_t at = 0; at < members; ++at) made.part(at == 0 ? "a" : "b___x", 2, 32 * at);
    return made.integer();
}
static_assert(compare(composite(kind::struct_, "s", 2), composite(kind::struct_, "s", 2)) == yes);
static_assert(compare(composite(kind::struct_, "s", 1), composite(kind::struct_, "s", 2)) == yes);
static_assert(compare(composite(kind::struct_, "s", 2), composite(kind::struct_, "s", 1)) == loosely);
static_assert(compare(composite(kind::struct_, "s"), composite(kind::union_, "s")) == verdict{true, false, false});
static_assert(compare(composite(kind::struct_, "s___x"), composite(kind::struct_, "s___y")) == yes);
static_assert(compare(composite(kind::struct_, "s"), composite(kind::struct_, "t")) == loosely);
static_assert(compare(composite(kind::union_, "s", 2), composite(kind::union_, "s", 2)) == yes);
static_assert(compare(side{}.type("s", kind::struct_, 8, 1).part("b", 2, 0).integer(),
                      composite(kind::struct_, "s", 2)) == yes,
              "members have flavours too");
static_assert(compare(side{}.type("s", kind::struct_, 8, 1).part("a", 2, 0).integer(8),
                      composite(kind::struct_, "s", 2)) == loosely);

static_assert(compare(side{}.type("s", kind::struct_, 8, 2).part("a", 2, 0).part("a___x", 2, 0).integer(),
                      composite(kind::struct_, "s", 1)) == loosely,
              "one cannot be two");
static_assert(compare(side{}.type("s", kind::struct_, 8, 1).part("z", 2, 0).integer(),
                      composite(kind::struct_, "s", 1)) == loosely);

// enums by the names of what they enumerate, and both widths
constexpr side enumeration(std::string_view name, std::initializer_list<std::string_view> values,
                           std::uint32_t size = 4) {
    side made = side{}.type(name, kind::enum_, size, static_cast<std::uint32_t>(values.size()));
    std::uint32_t number = 0;
    for (std::string_view const value : values) made.part(value, number++);
    return made;
}
static_assert(compare(enumeration("e", {"A", "B"}), enumeration("e", {"B", "C", "A___old"})) == yes);
static_assert(compare(enumeration("e", {"A", "B"}), enumeration("e", {"A", "C", "D"})) == loosely);
static_assert(compare(enumeration("e", {"A", "B"}), enumeration("e", {"A"})) == loosely);
static_assert(compare(enumeration("e", {"A", "A___x"}), enumeration("e", {"A"})) == loosely, "one cannot be two");
static_assert(compare(enumeration("e", {"A"}), enumeration("e", {"A"}, 8)) == loosely);
static_assert(compare(enumeration("e", {"A"}), enumeration("f", {"A"})) == verdict{false, true, false});
static_assert(compare(enumeration("", {"A"}), enumeration("f", {"A"})) == loosely, "one without a name fits any");
static_assert(compare(enumeration("e", {"A"}), enumeration("", {"A"})) == loosely);
static_assert(compare(enumeration("e___x", {"A"}), enumeration("e___y", {"A"})) == yes);
static_assert(compare(enumeration("e", {"A"}, 8), side{}.type("e", kind::enum64, 8, 1).part("A", 1, 2)) == yes);
static_assert(compare(enumeration("e", {"A"}), side{}.integer(4, 1, "e")) == no);

// pointers: what is behind them has the right name and kind
constexpr side to_composite(kind what, std::string_view name, std::uint32_t members = 0) {
    side made = side{}.type("", kind::ptr, 2).type(name, what, 8, members);
    for (std::uint32_t at = 0; at < members; ++at) made.part("m", 1, 0);
    return made;
}
constexpr side to_declared(std::string_view name, bool is_union) {
    return side{}.type("", kind::ptr, 2).type(name, kind::fwd, 0, 0, is_union);
}
static_assert(compare(to_composite(kind::struct_, "s", 2), to_composite(kind::struct_, "s")) == yes);
static_assert(compare(to_composite(kind::struct_, "s"), to_composite(kind::struct_, "t")) == loosely);
static_assert(compare(to_composite(kind::struct_, "s"), to_composite(kind::union_, "s")) ==
              verdict{true, false, false});
static_assert(compare(to_composite(kind::struct_, "s"), to_declared("s", false)) == verdict{true, false, true});
static_assert(compare(to_composite(kind::struct_, "s"), to_declared("s", true)) == verdict{true, false, false});
static_assert(compare(to_composite(kind::union_, "s"), to_declared("s", true)) == verdict{true, false, true});
static_assert(compare(to_declared("s", false), to_composite(kind::struct_, "s")) == verdict{true, false, true});
static_assert(compare(to_declared("s", false), to_composite(kind::union_, "s")) == verdict{true, false, false});
static_assert(compare(to_declared("s", false), to_declared("s", false)) == yes);
static_assert(compare(to_declared("s", false), to_declared("s", true)) == loosely);
static_assert(compare(side{}.type("", kind::ptr, 0), side{}.type("", kind::ptr, 0)) == yes, "void pointers");
static_assert(compare(side{}.type("", kind::ptr, 0), to_declared("s", false)) == verdict{true, false, false});
// declarations themselves
static_assert(compare(side{}.type("s", kind::fwd, 0), side{}.type("s", kind::fwd, 0)) == yes);
static_assert(compare(side{}.type("s", kind::fwd, 0), side{}.type("t", kind::fwd, 0)) == verdict{false, true, false});
static_assert(compare(side{}.type("s", kind::fwd, 0), composite(kind::struct_, "s")) == no);
static_assert(compare(composite(kind::struct_, "s"), side{}.type("s", kind::fwd, 0)) == no);

// arrays: elements, and for a match how many
constexpr side array(std::uint32_t count, std::uint32_t size = 4) {
    return side{}.type("", kind::array, 0).words({2, 2, count}).integer(size);
}
static_assert(compare(array(3), array(3)) == yes && compare(array(3), array(4)) == loosely);
static_assert(compare(array(3), array(3, 8)) == loosely);
static_assert(compare(array(3), side{}.type("", kind::ptr, 0)) == no);

// prototypes: every parameter and what is returned
constexpr side prototype(std::initializer_list<std::uint32_t> parameters, std::uint32_t returned = 2) {
    side made = side{}.type("", kind::func_proto, returned, static_cast<std::uint32_t>(parameters.size()));
    for (std::uint32_t const one : parameters) made.part("p", one);
    return made.integer().type("f", kind::float_, 4).type("", kind::ptr, 2).type("", kind::const_, 2).integer(8);
}
static_assert(compare(prototype({2, 4}), prototype({2, 4})) == verdict{false, true, true});
static_assert(compare(prototype({2, 4}), prototype({5, 4})) == verdict{false, true, true}, "qualifiers do not matter");
static_assert(compare(prototype({2, 4}), prototype({6, 4})) == verdict{false, true, false});
static_assert(compare(prototype({2, 4}), prototype({4, 2})) == no && compare(prototype({2}), prototype({2, 2})) == no);
static_assert(compare(prototype({2}, 2), prototype({2}, 4)) == no && compare(prototype({}, 0), prototype({}, 0)).match);

// what is no type of a value
static_assert(compare(side{}.type("f", kind::func, 2, 1).type("", kind::func_proto, 0),
                      side{}.type("f", kind::func, 2, 1).type("", kind::func_proto, 0)) == no);

/// Chains that do not end.
constexpr reason deep(side const& both) { return compare(both, both).why[1]; }
static_assert(deep(side{}.type("", kind::ptr, 1)) == reason::chain_too_long);
static_assert(deep(side{}.type("", kind::array, 0).words({1, 1, 1})) == reason::chain_too_long);
static_assert(
    compare(side{}.type("", kind::array, 0).words({1, 1, 1}), side{}.type("", kind::array, 0).words({1, 1, 1})).why ==
    std::array{reason::chain_too_long, reason::chain_too_long, reason::chain_too_long});
static_assert(deep(side{}.type("", kind::const_, 1)) == reason::chain_too_long);

/// `pointers` pointers to an int.
verdict through(std::uint32_t pointers) {
    side made;
    for (std::uint32_t at = 1; at <= pointers; ++at) made.type("", kind::ptr, at + 1);
    made.integer();
    return compare(made, made);
}

/// Functions that take functions, `depth` deep.
verdict nested(std::uint32_t depth) {
    side made;
    for (std::uint32_t at = 1; at <= depth; ++at) made.type("", kind::func_proto, 0, 1).part("p", at + 1);
    made.integer();
    return compare(made, made);
}

/// Structs in structs.
verdict inside(std::uint32_t depth) {
    side made;
    for (std::uint32_t at = 1; at <= depth; ++at) made.type("s", kind::struct_, 4, 1).part("m", at + 1, 0);
    made.integer();
    return compare(made, made);
}

TEST_CASE("core match: as deep as the reference loader goes") {
    CHECK(through(31).types);
    CHECK(through(31).match);
    CHECK(through(32).why[1] == reason::chain_too_long);
    CHECK(through(32).why[2] == reason::chain_too_long);
    CHECK(nested(32).types);
    CHECK(nested(33).why[1] == reason::chain_too_long);
    CHECK(nested(31).match);
    CHECK(nested(32).why[2] == reason::chain_too_long);
    CHECK(inside(31).match);
    CHECK(inside(32).why[2] == reason::chain_too_long);
}

} // namespace
