// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/layout_difference.hpp>
#include <bpfxx/btf/view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::layout_fault;
using btf::type_id;

/// The text of the difference between a C++ type and a type of a blob; empty without one.
template <class T>
std::string difference(std::string_view blob, type_id id, btf::layout_options options = {}) {
    auto const view = btf::view::parse(blob);
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    auto const index = view->index(storage);
    REQUIRE(index);
    auto const found = btf::compare<T>(*index, id, options);
    CHECK(std::string_view{found.text().c_str()} == found.text().view());
    return found ? std::string{found.text().view()} : std::string{};
}

/// The same between two C++ types, the second through its description.
template <class Cxx, class Btf>
std::string differs(btf::layout_options options = {}) {
    auto const& made = btf::describe<Btf>();
    return difference<Cxx>(made.blob.text(), made.ids[0], options);
}

// One name in many namespaces: only what is inside differs.
struct address {
    std::uint32_t host;
    std::uint16_t port;
    std::uint16_t zero;
};
struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
    address ends[2];
    char name[8];
};

namespace moved {
struct stats {
    std::uint64_t packets;
    address ends[2];
    std::uint64_t bytes;
    char name[8];
};
} // namespace moved

namespace resized {
struct stats {
    std::uint64_t packets;
    std::uint32_t bytes;
    std::uint32_t drops;
    address ends[2];
    char name[8];
};
} // namespace resized

namespace renamed {
struct stats {
    std::uint64_t count;
    std::int64_t total;
    address ends[2];
    char title[8];
};
} // namespace renamed

namespace nested {
struct address {
    std::uint16_t port;
    std::uint16_t zero;
    std::uint32_t host;
};
struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
    address ends[2];
    char name[8];
};
} // namespace nested

namespace longer {
struct stats {
    std::uint64_t packets;
    std::uint64_t bytes;
    address ends[2];
    char name[8];
    std::uint64_t last;
};
} // namespace longer

struct three_bytes {
    std::uint32_t host;
    std::uint16_t port;
    std::uint8_t proto;
};
struct four_bytes {
    std::uint32_t host;
    std::uint16_t port;
    std::uint8_t proto;
    std::uint8_t zero;
};
struct words {
    std::uint32_t low[4];
};
struct halves {
    std::uint16_t low[8];
};
struct raw {
    std::byte low[16];
};
struct pair_inside {
    struct {
        std::uint32_t a, b;
    } low[2];
};
struct single {
    std::uint32_t x;
};
struct couple {
    std::uint32_t x, y;
};
struct four_couples {
    couple low[4];
};
struct eight_singles {
    single low[8];
};
union either {
    std::uint64_t numbers[2];
    unsigned char bytes[16];
};
struct with_union {
    either low;
};

TEST_CASE("a type and its own description do not differ") {
    CHECK(differs<stats, stats>().empty());
    CHECK(differs<std::uint32_t, std::uint32_t>().empty());
    CHECK(differs<int[2][3], std::array<std::array<int, 3>, 2>>().empty());
    CHECK(differs<bpfxx::spin_lock, bpfxx::spin_lock>().empty());
    CHECK(differs<bpfxx::fd_ref<bpfxx::kind::task>, int>().empty());
}

TEST_CASE("a member that moved is named, with both places") {
    CHECK(differs<stats, moved::stats>() == "stats.bytes: 8 bytes at offset 8 in C++, 8 bytes at offset 24 in BTF");
    CHECK(differs<moved::stats, stats>() == "stats.ends: 16 bytes at offset 8 in C++, 16 bytes at offset 16 in BTF");
    CHECK(differs<stats, nested::stats>() ==
          "stats.ends.host: 4 bytes at offset 16 in C++, 4 bytes at offset 20 in BTF");
}

TEST_CASE("so is one of another size, and one that only one side has") {
    CHECK(differs<stats, resized::stats>() == "stats.bytes: 8 bytes at offset 8 in C++, 4 bytes at offset 8 in BTF");
    CHECK(differs<resized::stats, stats>() == "stats.bytes: 4 bytes at offset 8 in C++, 8 bytes at offset 8 in BTF");
    CHECK(differs<stats, longer::stats>() == "stats.last: nothing in C++, 8 bytes at offset 40 in BTF");
    struct triple {
        std::uint32_t x, y, z;
    };
    struct holds_couple {
        couple low;
    };
    struct holds_triple {
        triple low;
    };
    CHECK(differs<holds_couple, holds_triple>() == "holds_couple.low.z: nothing in C++, 4 bytes at offset 8 in BTF");
    CHECK(differs<longer::stats, stats>() == "stats: 48 bytes at offset 0 in C++, 40 bytes at offset 0 in BTF");
}

TEST_CASE("padding may be filled with a member here and stay padding there, and not the other way round") {
    CHECK(differs<four_bytes, three_bytes>().empty());
    CHECK(differs<three_bytes, four_bytes>() == "three_bytes.zero: nothing in C++, 1 byte at offset 7 in BTF");
}

TEST_CASE("a member that starts inside one of the other side is told, names or no names") {
    struct short_and_word {
        std::uint16_t kind;
        std::uint32_t word;
    };
    struct short_and_bytes {
        std::uint16_t kind;
        unsigned char rest[6];
    };
    CHECK(differs<short_and_word, short_and_bytes>() ==
          "short_and_word.word: 4 bytes at offset 4 in C++, nothing in BTF");
    CHECK(differs<short_and_bytes, short_and_word>() ==
          "short_and_bytes.rest: 6 bytes at offset 2 in C++, nothing in BTF");
}

TEST_CASE("names differ freely unless they are asked for") {
    CHECK(differs<stats, renamed::stats>().empty());
    CHECK(differs<stats, renamed::stats>({.names = true}) ==
          "stats.packets: 8 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF under another name");
    CHECK(differs<stats, stats>({.names = true}).empty());
}

TEST_CASE("elements differ by their size, unless one side sees bytes only") {
    CHECK(differs<words, halves>() == "words.low: elements of 4 bytes at offset 0 in C++, 2 bytes at offset 0 in BTF");
    CHECK(differs<words, raw>().empty());
    CHECK(differs<raw, words>().empty());
    CHECK(differs<pair_inside, raw>().empty());
    CHECK(differs<with_union, words>().empty());
    CHECK(differs<words, with_union>().empty());
    CHECK(differs<std::uint64_t, double>().empty());
    CHECK(differs<eight_singles, eight_singles>().empty());
    CHECK(differs<four_couples, eight_singles>() ==
          "four_couples.low: elements of 8 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
    CHECK(differs<eight_singles, four_couples>() == "eight_singles.low.y: nothing in C++, 4 bytes at offset 4 in BTF");
    CHECK(differs<pair_inside, std::uint64_t[2]>() ==
          "pair_inside: 16 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF, a struct in C++ alone");
    CHECK(differs<address, std::uint64_t>() ==
          "address: 8 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF, a struct in C++ alone");
    CHECK(differs<std::uint64_t, address>() ==
          "unsigned long long: 8 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF, a struct in BTF alone");
}

TEST_CASE("typedefs, qualifiers and anonymous structs of the BTF are seen through") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned long long", 8);
    type_id const half = to.int_("unsigned int", 4);
    type_id const alias = to.const_(to.typedef_("__u64", number));
    type_id const pair = to.struct_("", 8, {{"host", half, 0}, {"zone", half, 32}});
    type_id const choice = to.union_("", 8, {{"all", number}, {"", pair}});
    type_id const whole = to.volatile_(to.struct_("value", 16, {{"first", alias, 0}, {"", choice, 64}}));
    type_id const fields = to.struct_("fields", 8, {{"low", half, 0, 3}, {"high", half, 32}});
    auto const made = to.finish();

    struct first_and_number {
        std::uint64_t first, second;
    };
    struct first_and_pair {
        std::uint64_t first;
        std::uint32_t host, zone;
    };
    struct first_and_quarters {
        std::uint64_t first;
        std::uint16_t quarters[4];
    };
    struct low_and_high {
        std::uint32_t low, high;
    };
    CHECK(difference<first_and_number>(made.text(), whole).empty());
    CHECK(difference<first_and_pair>(made.text(), whole).empty());
    CHECK(difference<first_and_quarters>(made.text(), whole) ==
          "first_and_quarters.quarters: elements of 2 bytes at offset 8 in C++, 8 bytes at offset 8 in BTF");
    CHECK(difference<low_and_high>(made.text(), fields) ==
          "low_and_high.low: 4 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
}

TEST_CASE("of the members of a union the one that fits best is compared") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned long long", 8);
    type_id const half = to.int_("unsigned int", 4);
    type_id const short_ = to.int_("unsigned short", 2);
    type_id const quarters = to.array(short_, half, 4);
    type_id const halves = to.array(half, half, 2);
    type_id const pair = to.struct_("pair", 8, {{"x", half, 0}, {"y", half, 32}});
    type_id const choice =
        to.union_("", 8, {{"low", half}, {"quarters", quarters}, {"pair", pair}, {"halves", halves}, {"all", number}});
    type_id const whole = to.struct_("value", 16, {{"first", number, 0}, {"", choice, 64}});
    type_id const twins = to.struct_("twins", 4, {{"", to.union_("", 4, {{"a", half}, {"b", half}, {"c", half}}), 0}});
    auto const made = to.finish();

    struct with_number {
        std::uint64_t first, all;
    };
    struct with_couple {
        std::uint64_t first;
        couple pair;
    };
    struct with_halves {
        std::uint64_t first;
        std::uint32_t halves[2];
    };
    struct with_row {
        std::uint64_t first;
        std::uint32_t low[2];
    };
    struct with_two {
        std::uint64_t first;
        std::uint16_t one, two;
    };
    struct with_b {
        std::uint32_t b;
    };
    struct with_d {
        std::uint32_t d;
    };
    CHECK(difference<with_number>(made.text(), whole, {.names = true}).empty());
    CHECK(difference<with_couple>(made.text(), whole, {.names = true}).empty());
    CHECK(difference<with_halves>(made.text(), whole, {.names = true}).empty());
    CHECK(difference<with_row>(made.text(), whole).empty());
    CHECK(difference<with_two>(made.text(), whole) ==
          "with_two.one: 2 bytes at offset 8 in C++, 8 bytes at offset 8 in BTF");
    CHECK(difference<with_b>(made.text(), twins, {.names = true}).empty());
    CHECK(difference<with_d>(made.text(), twins).empty());
    CHECK(difference<with_d>(made.text(), twins, {.names = true}) ==
          "with_d.d: 4 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF under another name");
}

constexpr btf::member_shape flag_members[]{{"low", &btf::shape_of<std::uint32_t>, 0, 3},
                                           {"high", &btf::shape_of<std::uint32_t>, 3, 29}};
constexpr btf::shape flags{.form = btf::kind::struct_, .name = "flags", .size = 4, .members = flag_members};

/// The text of the difference between a shape and a type of a blob.
std::string shape_difference(btf::shape const& cxx, std::string_view blob, type_id id) {
    auto const view = btf::view::parse(blob);
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    auto const index = view->index(storage);
    REQUIRE(index);
    auto const found = btf::compare_layout(cxx, *index, id, {}, "root");
    return found ? std::string{found.text().view()} : std::string{};
}

constexpr btf::member_shape choice_members[]{{"all", &btf::shape_of<std::uint64_t>},
                                             {"half", &btf::shape_of<std::uint32_t>}};
constexpr btf::shape choice{.form = btf::kind::union_, .name = "choice", .size = 8, .members = choice_members};

TEST_CASE("a union on either side matches what has its size") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned long long", 8);
    type_id const half = to.int_("unsigned int", 4);
    type_id const either = to.union_("either", 8, {{"all", number}, {"half", half}});
    type_id const pair = to.struct_("pair", 8, {{"x", half, 0}, {"y", half, 32}});
    auto const made = to.finish();
    CHECK(difference<std::uint64_t>(made.text(), either).empty());
    CHECK(difference<std::uint32_t[2]>(made.text(), either).empty());
    CHECK(difference<couple>(made.text(), either).empty());
    CHECK(difference<single>(made.text(), either) == "single: 4 bytes at offset 0 in C++, 8 bytes at offset 0 in BTF");
    for (type_id const each : {number, either, pair}) CHECK(shape_difference(choice, made.text(), each).empty());
    CHECK(shape_difference(choice, made.text(), half) ==
          "root: 8 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
}

TEST_CASE("of an opaque shape only the size counts, however it is described") {
    static constexpr btf::shape words{
        .form = btf::kind::array, .size = 8, .element = &btf::shape_of<std::uint32_t>, .count = 2, .opaque = true};
    static constexpr btf::shape fields{
        .form = btf::kind::struct_, .name = "fields", .size = 8, .members = choice_members, .opaque = true};
    btf::builder<> to;
    type_id const half = to.int_("unsigned int", 4);
    type_id const number = to.int_("unsigned long long", 8);
    type_id const pair = to.struct_("pair", 8, {{"x", half, 0}, {"y", half, 32}});
    auto const made = to.finish();
    for (btf::shape const* const each : {&words, &fields}) {
        CHECK(shape_difference(*each, made.text(), number).empty());
        CHECK(shape_difference(*each, made.text(), pair).empty());
        CHECK(!shape_difference(*each, made.text(), half).empty());
    }
}

TEST_CASE("bit-fields are compared by place and width, not by the integer they are made of") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned int", 4);
    type_id const byte = to.int_("unsigned char", 1);
    type_id const same = to.struct_("same", 4, {{"low", byte, 0, 3}, {"high", number, 3, 29}});
    type_id const wider = to.struct_("wider", 4, {{"low", number, 0, 4}, {"high", number, 4, 28}});
    type_id const plain = to.struct_("plain", 4, {{"all", number, 0}});
    type_id const later = to.struct_("later", 4, {{"high", number, 0, 29}, {"low", number, 29, 3}});
    auto const made = to.finish();
    CHECK(shape_difference(flags, made.text(), same).empty());
    CHECK(shape_difference(flags, made.text(), wider) ==
          "root.low: 4 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
    CHECK(shape_difference(flags, made.text(), plain) ==
          "root.low: 4 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
    CHECK(shape_difference(flags, made.text(), later) ==
          "root.low: 4 bytes at offset 0 in C++, 4 bytes at offset 3 in BTF");
}

TEST_CASE("a bit-field that only one side has is told by its bits alone") {
    static constexpr btf::shape only_high{
        .form = btf::kind::struct_, .name = "only_high", .size = 4, .members = std::span{flag_members}.last(1)};
    btf::builder<> to;
    type_id const number = to.int_("unsigned int", 4);
    type_id const both = to.struct_("both", 4, {{"low", number, 0, 3}, {"high", number, 3, 29}});
    type_id const high = to.struct_("high", 4, {{"high", number, 3, 29}});
    auto const made = to.finish();
    CHECK(shape_difference(only_high, made.text(), both) == "root.low: nothing in C++, 4 bytes at offset 0 in BTF");
    CHECK(shape_difference(only_high, made.text(), high).empty());
    CHECK(shape_difference(flags, made.text(), high).empty());
}

TEST_CASE("so are those that old compilers told by a narrow integer") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned int", 4);
    type_id const low = to.int_("low", 4);
    type_id const high = to.int_("high", 4);
    type_id const fields = to.struct_("fields", 4, {{"low", low, 0}, {"high", high, 0}});
    type_id const plain = to.struct_("plain", 4, {{"all", number, 0}});
    auto const made = to.finish();
    std::string blob{made.text()};
    auto const narrow = [&](type_id id, std::uint32_t bits, std::uint32_t at) {
        std::uint32_t const word = at << 16 | bits;
        std::memcpy(blob.data() + 24 + (btf::number(id) - 1) * 16 + 12, &word, sizeof word);
    };
    narrow(low, 3, 0);
    narrow(high, 29, 3);
    CHECK(shape_difference(flags, blob, fields).empty());
    CHECK(shape_difference(flags, blob, plain).find("root.low: ") == 0);
    CHECK(difference<single>(blob, plain).empty());
    CHECK(difference<single>(blob, fields) == "single.x: 4 bytes at offset 0 in C++, 4 bytes at offset 0 in BTF");
}

TEST_CASE("a member that is too large to count its bits is neither overlooked nor wrapped") {
    btf::builder<> to;
    type_id const byte = to.int_("unsigned char", 1);
    type_id const row = to.array(byte, byte, 0x8000'0000);
    type_id const huge = to.array(row, byte, 0x4000'0000); // as many bits as 64 bits cannot count
    type_id const less = to.array(to.array(byte, byte, 0xffff'ffff), byte, 0x2000'0000);
    type_id const behind = to.struct_("behind", 4, {{"x", to.int_("unsigned int", 4), 0}, {"huge", huge, 32}});
    type_id const around = to.struct_("around", 4, {{"huge", less, 0}});
    type_id const beyond = to.struct_("beyond", 4, {{"x", to.array(huge, byte, 8), 0}});
    auto const made = to.finish();
    CHECK(difference<single>(made.text(), behind) ==
          "single.huge: nothing in C++, 2305843009213693952 bytes at offset 4 in BTF");
    struct later {
        std::uint16_t skipped, number;
    };
    CHECK(difference<later>(made.text(), around) ==
          "later.skipped: 2 bytes at offset 0 in C++, 2305843008676823040 bytes at offset 0 in BTF");
    CHECK(difference<single>(made.text(), beyond).find("larger than 64 bits") != std::string::npos);
}

TEST_CASE("an array without elements at the end takes no place") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned int", 4);
    type_id const open = to.struct_("open", 4, {{"x", number, 0}, {"rest", to.array(number, number, 0), 32}});
    type_id const padded = to.struct_("padded", 8, {{"x", number, 0}, {"rest", to.array(number, number, 0), 32}});
    auto const made = to.finish();
    CHECK(difference<single>(made.text(), open, {.names = true}).empty());
    CHECK(difference<couple>(made.text(), padded).empty());
}

TEST_CASE("a difference tells both places, and what is wrong with the BTF") {
    auto const& made = btf::describe<moved::stats>();
    auto const view = btf::view::parse(made.blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    auto const index = view->index(storage);
    REQUIRE(index);
    auto const found = btf::compare<stats>(*index, made.ids[0]);
    CHECK(found.why() == layout_fault::differs);
    CHECK(found.member() == "stats.bytes");
    CHECK(found.cxx() == btf::layout_place{8, 8, true});
    CHECK(found.btf() == btf::layout_place{24, 8, true});
    CHECK(std::string_view{found.text()} == found.text().view());

    auto const none = btf::compare<moved::stats>(*index, made.ids[0]);
    CHECK(!none);
    CHECK(none.why() == layout_fault::none);
    CHECK(none.text().view() == "stats: no difference");
    auto const same_root = btf::compare_layout(btf::shape_of<moved::stats>, *index, made.ids[0], {}, "value");
    CHECK(same_root.member() == "value");

    auto const unknown = btf::compare<stats>(*index, type_id{99});
    CHECK(unknown.why() == layout_fault::malformed);
    CHECK(unknown.problem() == btf::malformed{btf::reason::no_such_type, 0});
    CHECK(!unknown.cxx().exists);
}

TEST_CASE("types without a size, unknown ids and circles are called malformed") {
    btf::builder<> to;
    type_id const circle = to.typedef_("a", type_id{2});
    to.typedef_("b", type_id{1});
    type_id const forward = to.fwd("later");
    type_id const holds_circle = to.struct_("s", 8, {{"packets", circle, 0}});
    type_id const holds_itself = to.struct_("t", 8, {{"", to.next_id(), 0}});
    type_id const row_of_itself = to.array(to.next_id(), type_id{1}, 1);
    type_id const late_circle = to.struct_("u", 16, {{"packets", to.int_("long", 8), 0}, {"bytes", circle, 64}});
    auto const made = to.finish();
    CHECK(difference<int>(made.text(), circle).find("circle") != std::string::npos);
    CHECK(difference<int>(made.text(), forward).find("without a size") != std::string::npos);
    CHECK(difference<stats>(made.text(), type_id{99}).find("no type with that id") != std::string::npos);
    CHECK(difference<stats>(made.text(), holds_circle).find("circle") != std::string::npos);
    CHECK(difference<stats>(made.text(), holds_itself).find("nested too deep") != std::string::npos);
    CHECK(difference<stats>(made.text(), row_of_itself).find("circle") != std::string::npos);
    CHECK(difference<stats>(made.text(), btf::void_id).find("without a size") != std::string::npos);
    struct one_number {
        std::uint64_t packets;
    };
    CHECK(difference<one_number>(made.text(), late_circle).find("circle") != std::string::npos);
}

TEST_CASE("long paths and names lose their end and nothing else") {
    struct a_type_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it_any_further {
        std::uint32_t a_member_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it;
        std::uint32_t last;
    };
    using long_type = a_type_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it_any_further;
    auto const text = differs<long_type, std::uint64_t[2]>();
    CHECK(text.find("a_type_with_a_name") == 0);
    struct halves_of_it {
        std::uint16_t a_member_with_a_name_that_goes_on_and_on_and_on_until_nobody_wants_to_read_it;
        std::uint16_t between;
        std::uint32_t last;
    };
    auto const member = differs<long_type, halves_of_it>();
    CHECK(member.size() > btf::layout_difference::longest_path);
    CHECK(member.find("any_further.a") != std::string::npos);
    CHECK(member.find(": 4 bytes at offset 0 in C++, 2 bytes at offset 0 in BTF") ==
          btf::layout_difference::longest_path);
}

TEST_CASE("the longest text of all is not cut") {
    std::uint64_t const most = ~std::uint64_t{};
    btf::layout_difference longest;
    longest.push(std::string(200, 'm'));
    CHECK(longest.member().size() == btf::layout_difference::longest_path);
    for (layout_fault const why : {layout_fault::differs, layout_fault::elements, layout_fault::only_cxx_is_struct,
                                   layout_fault::only_btf_is_struct, layout_fault::name}) {
        longest.set(why, {most, most, true}, {most, most, true});
        std::string const text{longest.text().view()};
        std::string const end = why == layout_fault::only_cxx_is_struct   ? ", a struct in C++ alone"
                                : why == layout_fault::only_btf_is_struct ? ", a struct in BTF alone"
                                : why == layout_fault::name               ? " under another name"
                                                                          : "";
        std::string const place = "18446744073709551615 bytes at offset 18446744073709551615 in ";
        std::string const start = why == layout_fault::elements ? ": elements of " : ": ";
        CHECK(text == std::string(95, 'm') + start + place + "C++, " + place + "BTF" + end);
    }
    for (unsigned each = 0; each != 32; ++each) {
        auto const reason = static_cast<btf::reason>(each);
        longest.set(layout_fault::malformed, {}, {}, {reason, 0});
        CHECK(longest.text().view() == std::string(95, 'm') + ": " + std::string{btf::sentence(reason)});
    }
}

// Everything can be had while compiling.
static_assert([] {
    auto const& made = btf::describe<moved::stats>();
    auto const view = btf::view::parse(made.blob.text());
    std::array<std::uint32_t, 32> storage{};
    auto const index = view->index(storage);
    return btf::compare<stats>(*index, made.ids[0]).member() == "stats.bytes";
}());

} // namespace
