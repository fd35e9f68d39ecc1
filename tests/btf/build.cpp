// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/blob.hpp>
#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/view.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::type_id;
using enum btf::kind;

/// One type of each kind, in the order of their ids.
constexpr auto every_kind = [] {
    btf::builder<> to;
    type_id const number = to.int_("int", 4, btf::int_encoding::is_signed);
    type_id const real = to.float_("double", 8);
    type_id const pointer = to.ptr(btf::void_id);
    type_id const row = to.array(number, number, 6);
    to.struct_("node", 24, {{"value", real, 0}, {"next", pointer, 64}, {"", number, 128}, {"low", number, 160, 3}});
    to.union_("either", 8, {{"value", real}, {"pointer", pointer}});
    to.enum_("color", 1, {{"red", 0}, {"green", 200}});
    to.enum_("signed_color", 4, {{"below", -1}, {"above", 1}});
    to.enum_("wide", 8, {{"huge", 0x1'0000'0002}});
    to.fwd("either", union_);
    to.typedef_("number_t", number);
    to.const_(number);
    to.volatile_(number);
    to.restrict_(pointer);
    to.type_tag("user", number);
    type_id const prototype = to.func_proto(number, {{"first", number}, {"second", pointer}, {}});
    to.func("callback", prototype, btf::linkage::global);
    type_id const variable = to.var("counter", number, btf::linkage::global);
    to.datasec(".data", 24, {{variable, 4, 4}});
    to.decl_tag("a tag", prototype, 1);
    static_cast<void>(row);
    return to.finish();
}();
constexpr auto view = *btf::view::parse(every_kind.text());
static_assert(view.type_count() == 20);
constexpr auto index_storage = [] {
    std::array<std::uint32_t, 20> storage{};
    static_cast<void>(view.index(storage));
    return storage;
}();
constexpr btf::indexed_view types = *view.adopt(index_storage);
constexpr btf::type type(std::uint32_t id) { return types.type(type_id{id}); }

static_assert(type(1).kind() == int_ && type(1).name() == "int" && type(1).size() == 4 && type(1).is_signed());
static_assert(type(1).integer()->bit_width == 32 && type(2).kind() == float_ && type(2).size() == 8);
static_assert(type(3).kind() == ptr && type(3).referenced() == btf::void_id && type(4).array()->count == 6);
static_assert(type(4).array()->element == type_id{1} && type(4).array()->index == type_id{1});
static_assert(type(5).kind() == struct_ && type(5).size() == 24 && type(5).kind_flag());
static_assert(type(5).members().at(1)->name() == "next" && type(5).members().at(1)->bit_offset() == 64);
static_assert(type(5).members().at(2)->name().empty() && type(5).members().at(3)->bitfield_width() == 3);
static_assert(type(5).members().at(3)->bit_offset() == 160 && type(5).members().at(1)->type() == type_id{3});
static_assert(type(6).kind() == union_ && type(6).members().size() == 2 && !type(6).kind_flag());
static_assert(type(7).kind() == enum_ && !type(7).is_signed() && type(7).enumerators().at(1)->value() == 200);
static_assert(type(8).kind() == enum_ && type(8).is_signed() && type(8).enumerators().at(0)->value() == -1);
static_assert(type(9).kind() == enum64 && type(9).enumerators().at(0)->value() == 0x1'0000'0002);
static_assert(type(10).kind() == fwd && type(10).forward_kind() == union_);
static_assert(type(11).kind() == typedef_ && type(11).name() == "number_t" && type(11).referenced() == type_id{1});
static_assert(type(12).kind() == const_ && type(13).kind() == volatile_ && type(14).kind() == restrict_);
static_assert(type(15).kind() == type_tag && type(15).name() == "user");
static_assert(type(16).kind() == func_proto && type(16).parameters().size() == 3 &&
              type(16).referenced() == type_id{1});
static_assert(type(16).parameters().at(0)->name() == "first" && type(16).parameters().at(2)->is_variadic());
static_assert(type(17).kind() == func && type(17).linkage() == btf::linkage::global);
static_assert(type(17).referenced() == type_id{16});
static_assert(type(18).kind() == var && type(18).linkage() == btf::linkage::global && type(18).name() == "counter");
static_assert(type(19).kind() == datasec && type(19).variables().at(0)->offset() == 4 && type(19).size() == 24);
static_assert(type(20).kind() == decl_tag && type(20).component() == 1 && type(20).name() == "a tag");
static_assert(type(10).name_offset() == type(6).name_offset(), "equal names are stored once");

constexpr auto fitted = every_kind.fitted<every_kind.size()>();
static_assert(fitted.text() == every_kind.text() && every_kind.fitted<8>().size() == 0);

// A struct that points to itself uses the id that it is about to get.
constexpr auto list = [] {
    btf::builder<> to;
    type_id const node = to.next_id();
    to.struct_("node", 8, {{"next", type_id{btf::number(node) + 1}, 0}});
    to.ptr(node);
    return to.finish();
}();
static_assert(btf::view::parse(list.text()));

template <class Blob>
concept lends_bytes = requires(Blob blob) { static_cast<Blob&&>(blob).bytes(); };
template <class Blob>
concept lends_text = requires(Blob blob) { static_cast<Blob&&>(blob).text(); };
static_assert(lends_bytes<btf::blob<8> const&> && !lends_bytes<btf::blob<8>>);
static_assert(lends_text<btf::blob<8> const&> && !lends_text<btf::blob<8>>);

/// The problem of a builder after some calls at run time; once there is one, the blob is empty and ids are void.
template <std::size_t Types = 256, std::size_t Strings = 256, class Calls>
std::string problem_after(Calls const& calls) {
    btf::builder<Types, Strings> to;
    calls(to);
    bool const empty = to.finish().size() == 0;
    CHECK(empty == (to.problem() != nullptr));
    CHECK((to.problem() == nullptr || to.ptr(btf::void_id) == btf::void_id));
    return to.problem() == nullptr ? "" : to.problem();
}

TEST_CASE("at run time a builder keeps its first problem") {
    CHECK(problem_after([](auto& to) { to.int_("int", 4); }).empty());
    CHECK(problem_after([](auto& to) { to.int_("", 4); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.int_("int", 3); }).find("1, 2, 4, 8 or 16 bytes") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.float_("real", 5); }).find("float") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.enum_("e", 3, {{"a", 1}}); }).find("enum") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.struct_("a-b", 4, {}); }).find("C identifier") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.typedef_("2b", btf::void_id); }).find("identifier") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.func("", btf::void_id); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.ptr(type_id{2}); }).find("never added") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.ptr(type_id{1}); }).empty());
    CHECK(problem_after([](auto& to) { to.struct_("s", 4, {{"a", {}, 8}, {"b", {}, 0}}); }).find("order") !=
          std::string::npos);
    CHECK(problem_after([](auto& to) { to.struct_("s", 4, {{"a", {}, 33}}); }).find("behind the end") !=
          std::string::npos);
    CHECK(problem_after([](auto& to) { to.int_(std::string_view{"a\0b", 3}, 4); }).find("zero byte") !=
          std::string::npos);
    // Not even where the two halves stand among the names already.
    CHECK(problem_after([](auto& to) {
              to.int_("a", 4);
              to.int_("b", 4);
              to.int_(std::string_view{"a\0b", 3}, 4);
          }).find("zero byte") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.int_(std::string(127, 'a'), 4); }).empty());
    CHECK(problem_after([](auto& to) { to.int_(std::string(128, 'a'), 4); }).find("127") != std::string::npos);
    CHECK(problem_after([](auto& to) {
              to.int_("", 4);
              to.int_("int", 3);
          }).find("needs a name") != std::string::npos);
    std::vector<btf::member_spec> crowd(0x1'0000);
    CHECK(problem_after([&](auto& to) { to.struct_("s", 4, std::span{crowd}); }).find("65535") != std::string::npos);
    crowd.pop_back();
    CHECK(problem_after<0xf'0000>([&](auto& to) { to.struct_("s", 4, std::span{crowd}); }).empty());
}

TEST_CASE("sizes and places are what the kernel takes, up to the last that it does") {
    for (std::uint32_t size = 0; size != 20; ++size) {
        CAPTURE(size);
        auto const among = [size](std::initializer_list<std::uint32_t> sizes) {
            return std::find(sizes.begin(), sizes.end(), size) != sizes.end();
        };
        CHECK(problem_after([&](auto& to) { to.int_("i", size); }).empty() == among({1, 2, 4, 8, 16}));
        CHECK(problem_after([&](auto& to) { to.float_("f", size); }).empty() == among({2, 4, 8, 12, 16}));
        CHECK(problem_after([&](auto& to) { to.enum_("e", size, {{"a", 1}}); }).empty() == among({1, 2, 4, 8}));
    }
    CHECK(problem_after([](auto& to) { to.struct_("s", 4, {{"a", {}, 0}, {"open", {}, 32}}); }).empty());
    CHECK(problem_after([](auto& to) { to.struct_("s", 4, {{"a", {}, 16}, {"b", {}, 16}}); }).empty());
    CHECK(problem_after([](auto& to) { to.union_("u", 4, {{"a", {}, 8}}); }).find("at its start") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.struct_("s", 64, {{"a", {}, 0, 255}}); }).empty());
    CHECK(problem_after([](auto& to) { to.struct_("s", 64, {{"a", {}, 0, 256}}); }).find("255 bits") !=
          std::string::npos);
    std::uint32_t const large = 4U << 20;
    CHECK(problem_after([&](auto& to) { to.struct_("s", large, {{"a", {}, 0xff'ffff, 1}}); }).empty());
    CHECK(problem_after([&](auto& to) { to.struct_("s", large, {{"a", {}, 0x100'0000, 1}}); }).find("2 MiB") !=
          std::string::npos);
    CHECK(problem_after([&](auto& to) { to.struct_("s", large, {{"a", {}, 0x100'0000}}); }).empty());
    CHECK(problem_after([](auto& to) { to.fwd("f", enum_); }).find("forward") != std::string::npos);
}

TEST_CASE("parts without a name are told from those that may lack one") {
    CHECK(problem_after([](auto& to) { to.enum_("", 4, {{"a", 1}}); }).empty());
    CHECK(problem_after([](auto& to) { to.enum_("e", 4, {{"", 1}}); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.typedef_("", btf::void_id); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.fwd(""); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.var("", btf::void_id); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.type_tag("", btf::void_id); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.decl_tag("", btf::void_id); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.datasec("", 4, {}); }).find("needs a name") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.func_proto({}, {{"a b", {}}}); }).find("identifier") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.struct_("s", 4, {{"1", {}}}); }).find("identifier") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.fwd("_Az9"); }).empty());
    for (char const* wrong : {"@", "[", "`", "{", "a/", "a:", "\xc3\xa4"})
        CHECK(problem_after([&](auto& to) { to.fwd(wrong); }).find("identifier") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.var("v", type_id{2}); }).find("never added") != std::string::npos);
    CHECK(problem_after([](auto& to) { to.array({}, type_id{2}, 1); }).find("never added") != std::string::npos);
}

TEST_CASE("enumerators are as wide and as signed as their values need") {
    auto const kind_of = [](std::initializer_list<btf::enumerator_spec> values) {
        btf::builder<> to;
        to.enum_("e", 8, values);
        auto const made = to.finish();
        auto const parsed = btf::view::parse(made.bytes());
        REQUIRE(parsed);
        btf::type const only = *parsed->types().begin();
        std::uint32_t at = 0;
        for (btf::enumerator_spec const& each : values) CHECK(only.enumerators().at(at++)->value() == each.value);
        return std::pair{only.kind(), only.is_signed()};
    };
    using found = std::pair<btf::kind, bool>;
    CHECK(kind_of({{"a", 0xffff'ffff}}) == found{enum_, false});
    CHECK(kind_of({{"a", 0x1'0000'0000}, {"b", 1}}) == found{enum64, false});
    CHECK(kind_of({{"a", -1}, {"b", 0x7fff'ffff}}) == found{enum_, true});
    CHECK(kind_of({{"a", -1}, {"b", 0x8000'0000}}) == found{enum64, true});
    CHECK(kind_of({{"a", -0x8000'0000LL}}) == found{enum_, true});
    CHECK(kind_of({{"a", -0x8000'0001LL}, {"b", 0}}) == found{enum64, true});
}

TEST_CASE("what may be left out has its documented meaning") {
    btf::builder<> to;
    type_id const prototype = to.func_proto({}, {});
    to.func("f", prototype);
    to.var("v", prototype);
    to.decl_tag("t", prototype);
    to.fwd("s");
    to.int_("i", 4);
    CHECK(to.next_id() == type_id{7});
    auto const made = to.finish();
    auto const parsed = btf::view::parse(made.bytes());
    REQUIRE(parsed);
    auto each = parsed->types().begin();
    CHECK((*++each).linkage() == btf::linkage::static_);
    CHECK((*++each).linkage() == btf::linkage::static_);
    CHECK((*++each).component() == -1);
    CHECK((*++each).forward_kind() == struct_);
    CHECK((*++each).integer()->encoding == btf::int_encoding::none);
    CHECK((*each).integer()->bit_offset == 0);
}

TEST_CASE("room for types and names is used to the last byte and no further") {
    auto const two = [](auto& to) {
        to.ptr(btf::void_id);
        to.fwd("abc");
    };
    CHECK(problem_after<24, 5>(two).empty());
    CHECK(problem_after<20, 5>(two).find("TypeBytes") != std::string::npos);
    CHECK(problem_after<24, 4>(two).find("StringBytes") != std::string::npos);
}

TEST_CASE("names are shared when they are equal, not when one begins with the other") {
    btf::builder<> to;
    to.fwd("flow");
    to.fwd("flows");
    to.fwd("flo");
    to.fwd("low");
    to.fwd("flow");
    auto const made = to.finish();
    auto const parsed = btf::view::parse(made.bytes());
    REQUIRE(parsed);
    std::string names;
    for (btf::type const each : parsed->types()) names.append(each.name()).append(" ");
    CHECK(names == "flow flows flo low flow ");
    CHECK(parsed->strings().own().size() == 1 + 5 + 6 + 4 + 4);
}

// describe ------------------------------------------------------------------------------------------------------------

enum class state : std::uint8_t { idle, busy = 3 };
struct address {
    std::uint8_t bytes[4];
    std::uint32_t zone;
};
struct record {
    bpfxx::spin_lock lock;
    state now;
    bool done;
    char name[16];
    address ends[2];
    std::array<std::uint16_t, 4> ports;
    double ratio;
    long first;
    long long second;
};

constexpr auto const& described = btf::describe<address, record, std::uint32_t, void>();
constexpr auto described_view = *btf::view::parse(described.blob.text());
constexpr auto described_index = [] {
    std::array<std::uint32_t, described_view.type_count()> storage{};
    static_cast<void>(described_view.index(storage));
    return storage;
}();
constexpr btf::indexed_view in = *described_view.adopt(described_index);
static_assert(described.ids[3] == btf::void_id && in.type(described.ids[2]).name() == "unsigned int");
static_assert(in.type(described.ids[0]).name() == "address" && in.type(described.ids[1]).size() == sizeof(record));

constexpr btf::type member_type(char const* name) {
    return in.type(btf::find_member(in.type(described.ids[1]), name)->type());
}
static_assert(member_type("lock").name() == "bpf_spin_lock" && member_type("lock").members().size() == 1);
static_assert(member_type("now").kind() == enum_ && member_type("now").enumerators().at(1)->name() == "busy");
static_assert(member_type("done").integer()->has(btf::int_encoding::is_bool) &&
              member_type("ends").array()->count == 2);
static_assert(member_type("ends").array()->element == described.ids[0], "a type that comes twice is written once");
static_assert(member_type("first").id() == member_type("second").id(), "so is a number that C++ has two names for");
static_assert(member_type("ratio").kind() == float_ && member_type("ports").array()->count == 4);

// Types of one name are one BTF type when they are alike, and as many as there are otherwise.
namespace one {
enum class mode : std::uint8_t { off, on };
struct point {
    std::uint32_t x, y;
    mode now;
};
} // namespace one
namespace same {
using one::mode;
struct point {
    std::uint32_t x, y;
    mode now;
};
} // namespace same
namespace other_order {
using one::mode;
struct point {
    std::uint32_t y, x;
    mode now;
};
} // namespace other_order
namespace other_enum {
enum class mode : std::uint8_t { on, off };
struct point {
    std::uint32_t x, y;
    mode now;
};
} // namespace other_enum
namespace more {
using one::mode;
struct point {
    std::uint32_t x, y;
    mode now;
    mode then;
};
} // namespace more
namespace renamed {
using one::mode;
struct point {
    std::uint32_t x, y;
    mode later;
};
} // namespace renamed
namespace other_values {
enum class mode : std::uint8_t { off, on = 2 };
} // namespace other_values
namespace more_values {
enum class mode : std::uint8_t { off, on, stuck };
} // namespace more_values
namespace wider {
enum class mode : std::uint16_t { off, on };
} // namespace wider
struct spot {
    std::uint32_t x, y;
    one::mode now;
};
constexpr auto const& others = btf::describe<one::point, more::point, renamed::point, one::mode, other_values::mode,
                                             more_values::mode, wider::mode, spot, int[2], int[3], unsigned[2]>();
static_assert([] {
    for (std::size_t left = 0; left != others.ids.size(); ++left)
        for (std::size_t right = 0; right != left; ++right)
            if (others.ids[left] == others.ids[right]) return false;
    return true;
}());
static_assert(
    !btf::detail::are_alike({.form = int_, .name = "word", .size = 4},
                            {.form = int_, .name = "word", .size = 4, .encoding = btf::int_encoding::is_signed}));
static_assert(!btf::detail::are_alike({.form = array, .size = 8, .element = &btf::shape_of<int>, .count = 2},
                                      {.form = array, .size = 8, .element = &btf::shape_of<int>, .count = 1}));
constexpr auto const& points = btf::describe<one::point, same::point, other_order::point, other_enum::point>().ids;
static_assert(points[0] == points[1] && points[2] != points[0] && points[3] != points[0] && points[3] != points[2]);

// A description by hand: a union, bit-fields.
constexpr btf::member_shape choice_members[]{{"number", &btf::shape_of<std::uint32_t>},
                                             {"bytes", &btf::shape_of<unsigned char[4]>}};
constexpr btf::member_shape other_members[]{{"number", &btf::shape_of<std::uint32_t>},
                                            {"bytes", &btf::shape_of<signed char[4]>}};
constexpr btf::member_shape field_members[]{{"low", &btf::shape_of<std::uint32_t>, 0, 3},
                                            {"high", &btf::shape_of<std::uint32_t>, 3, 29}};
constexpr btf::member_shape wider_field_members[]{{"low", &btf::shape_of<std::uint32_t>, 0, 3},
                                                  {"high", &btf::shape_of<std::uint32_t>, 3, 28}};
union choice {};
union other_choice {};
struct struct_choice {};
struct fields {};
struct wider_fields {};
} // namespace
template <>
inline constexpr btf::shape bpfxx::btf::shape_of<choice>{
    .form = union_, .name = "choice", .size = 4, .members = choice_members};
template <>
inline constexpr btf::shape bpfxx::btf::shape_of<other_choice>{
    .form = union_, .name = "choice", .size = 4, .members = other_members};
template <>
inline constexpr btf::shape bpfxx::btf::shape_of<struct_choice>{
    .form = struct_, .name = "choice", .size = 4, .members = choice_members};
template <>
inline constexpr btf::shape bpfxx::btf::shape_of<fields>{
    .form = struct_, .name = "fields", .size = 4, .members = field_members};
template <>
inline constexpr btf::shape bpfxx::btf::shape_of<wider_fields>{
    .form = struct_, .name = "fields", .size = 4, .members = wider_field_members};
namespace {

TEST_CASE("shapes written by hand are described as they say") {
    static constexpr auto const& made =
        btf::describe<choice, fields, other_choice, wider_fields, choice, struct_choice>();
    auto const parsed = btf::view::parse(made.blob.text());
    REQUIRE(parsed);
    std::vector<std::uint32_t> storage(parsed->index_size());
    auto const made_types = parsed->index(storage);
    REQUIRE(made_types);
    btf::type const written = made_types->type(made.ids[0]);
    CHECK(written.kind() == union_);
    CHECK(written.members().size() == 2);
    btf::type const narrow = made_types->type(made.ids[1]);
    CHECK(narrow.kind() == struct_);
    CHECK(narrow.members().at(1)->bit_offset() == 3);
    CHECK(narrow.members().at(1)->bitfield_width() == 29);
    CHECK(made.ids[0] != made.ids[2]);
    CHECK(made.ids[1] != made.ids[3]);
    CHECK(made.ids[0] == made.ids[4]);
    CHECK(made.ids[0] != made.ids[5]);
}

TEST_CASE("a described type has the members, offsets and sizes of the C++ type") {
    btf::type const made = in.type(described.ids[1]);
    std::string text;
    for (btf::member const each : made.members()) {
        text.append(each.name()).append("@").append(std::to_string(each.bit_offset() / 8)).append(":");
        text.append(std::to_string(*btf::size_of(in, each.type()))).append(" ");
    }
    auto const place = [](std::size_t offset, std::size_t size) {
        return "@" + std::to_string(offset) + ":" + std::to_string(size) + " ";
    };
    CHECK(text == "lock" + place(offsetof(record, lock), 4) + "now" + place(offsetof(record, now), 1) + "done" +
                      place(offsetof(record, done), 1) + "name" + place(offsetof(record, name), 16) + "ends" +
                      place(offsetof(record, ends), 16) + "ports" + place(offsetof(record, ports), 8) + "ratio" +
                      place(offsetof(record, ratio), 8) + "first" + place(offsetof(record, first), 8) + "second" +
                      place(offsetof(record, second), 8));
}

} // namespace
