// SPDX-License-Identifier: BSL-1.0

#include "blob.hpp"
#include "running_kernel.hpp"

#include <bpfxx/btf/check.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/members.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::reason;
using btf::type_id;
using namespace btf_test;

static_assert(std::forward_iterator<btf::type_range::iterator>);
static_assert(std::forward_iterator<btf::entries<btf::member>::iterator>);
static_assert(std::is_trivially_copyable_v<btf::view> && std::is_trivially_copyable_v<btf::type>);
static_assert(btf::type{}.is_void() && btf::type{}.name().empty() && btf::type{}.members().empty());

// What points into a view cannot be had from one that is about to go; a pointer says no length.
template <class View>
concept lends_types = requires(View view) { static_cast<View&&>(view).types(); };
template <class View>
concept lends_index =
    requires(View view, std::span<std::uint32_t> storage) { static_cast<View&&>(view).index(storage); };
template <class View>
concept lends_split_index = requires(View view, std::span<std::uint32_t> storage, btf::indexed_view const& base) {
    static_cast<View&&>(view).index(storage, base);
};
template <class View>
concept lends_strings = requires(View view) { static_cast<View&&>(view).strings(); };
template <class View>
concept lends_adopted =
    requires(View view, std::span<std::uint32_t const> written) { static_cast<View&&>(view).adopt(written); };
template <class Answer>
concept lends_content = requires(Answer answer) { static_cast<Answer&&>(answer).operator->(); };
template <class Blob>
concept parsable = requires(Blob blob) { btf::view::parse(blob); };
static_assert(lends_types<btf::view&> && lends_types<btf::view const&>);
static_assert(!lends_types<btf::view> && !lends_types<btf::view const>);
static_assert(lends_index<btf::view const&> && !lends_index<btf::view>);
static_assert(lends_split_index<btf::view const&> && !lends_split_index<btf::view>);
static_assert(lends_strings<btf::view const&> && !lends_strings<btf::view>);
static_assert(lends_adopted<btf::view const&> && !lends_adopted<btf::view>);
static_assert(lends_content<btf::parsed<btf::view>&> && !lends_content<btf::parsed<btf::view>>);
static_assert(parsable<std::string> && parsable<std::span<std::byte const>> && parsable<std::vector<std::byte>>);
static_assert(parsable<char const (&)[4]> && !parsable<char const*> && !parsable<char*> && !parsable<std::byte const*>);

// Each kind, read while compiling from a blob in each byte order.
template <std::endian Order>
constexpr bool sample_reads_well() {
    using blob = sample<Order>;
    using enum btf::kind;
    static_assert(blob::view.type_count() == sample_count && blob::view.is_swapped() == (Order == foreign));
    static_assert(blob::view.first_id() == type_id{1} && !blob::view.is_split());

    constexpr btf::type integer = blob::type(1);
    static_assert(integer.kind() == int_ && integer.name() == "int" && integer.size() == 4 && integer.is_signed());
    static_assert(integer.integer()->bit_width == 32 && integer.integer()->bit_offset == 0);
    static_assert(integer.integer()->has(btf::int_encoding::is_signed) && !integer.array());
    static_assert(blob::type(2).integer()->encoding == btf::int_encoding::is_char && !blob::type(2).is_signed());
    static_assert(blob::type(3).kind() == ptr && blob::type(3).referenced() == btf::void_id &&
                  blob::type(3).size() == 0);

    constexpr btf::type array_type = blob::type(4);
    static_assert(array_type.kind() == array && array_type.array()->count == 6 && !array_type.integer());
    static_assert(array_type.array()->element == type_id{1} && array_type.array()->index == type_id{2});

    constexpr btf::type outer = blob::type(5);
    static_assert(outer.kind() == struct_ && outer.is_composite() && outer.name() == "outer" && outer.size() == 24);
    static_assert(outer.members().size() == 5 && outer.kind_flag() && outer.referenced() == btf::void_id);
    static_assert(!outer.is_signed());
    static_assert(outer.members().at(0)->name() == "first" && outer.members().at(0)->bit_offset() == 0);
    static_assert(outer.members().at(1)->name().empty() && outer.members().at(1)->type() == type_id{6});
    static_assert(outer.members().at(2)->bit_offset() == 96 && outer.members().at(2)->bitfield_width() == 3);
    static_assert(outer.members().at(4)->bit_offset() == 128 && outer.members().at(4)->bitfield_width() == 0);
    static_assert(!outer.members().at(5) && outer.enumerators().empty() && outer.parameters().empty());

    static_assert(blob::type(6).kind() == union_ && blob::type(6).is_anonymous() &&
                  blob::type(6).members().size() == 2);
    static_assert(blob::type(7).members().at(1)->bit_offset() == 32 && blob::type(7).variables().empty());

    constexpr btf::type color = blob::type(8);
    static_assert(color.kind() == enum_ && color.is_enum() && color.is_signed() && color.enumerators().size() == 2);
    static_assert(color.enumerators().at(0)->name() == "RED" && color.enumerators().at(0)->value() == -1);
    static_assert(color.enumerators().at(1)->name() == "GREEN" && color.enumerators().at(1)->value() == 7);
    static_assert(color.members().empty() && color.size() == 4);

    static_assert(blob::type(9).kind() == fwd && blob::type(9).forward_kind() == union_ && blob::type(9).size() == 0);
    static_assert(blob::type(10).kind() == typedef_ && blob::type(10).referenced() == type_id{11});
    static_assert(blob::type(10).is_alias() && blob::type(20).is_alias() && !blob::type(3).is_alias());
    static_assert(blob::type(11).kind() == volatile_ && blob::type(12).kind() == const_);
    static_assert(blob::type(13).kind() == restrict_ && blob::type(13).referenced() == type_id{3});

    constexpr btf::type prototype = blob::type(14);
    static_assert(prototype.kind() == func_proto && prototype.referenced() == type_id{1});
    static_assert(prototype.parameters().size() == 2 && prototype.parameters().at(0)->name() == "format");
    static_assert(prototype.parameters().at(0)->type() == type_id{3} && !prototype.parameters().at(0)->is_variadic());
    static_assert(prototype.parameters().at(1)->is_variadic());

    static_assert(blob::type(15).kind() == func && blob::type(15).linkage() == btf::linkage::global);
    static_assert(blob::type(16).kind() == var && blob::type(16).linkage() == btf::linkage::global);
    static_assert(blob::type(16).referenced() == type_id{4} && !blob::type(17).linkage());

    constexpr btf::type section = blob::type(17);
    static_assert(section.kind() == datasec && section.name() == ".bss" && section.size() == 32);
    static_assert(section.variables().at(0)->type() == type_id{16} && section.variables().at(0)->offset() == 8);
    static_assert(section.variables().at(0)->size() == 24 && section.variables().at(1)->type() == type_id{15});

    static_assert(blob::type(18).kind() == float_ && blob::type(18).size() == 8);
    static_assert(blob::type(19).kind() == decl_tag && blob::type(19).component() == 1);
    static_assert(blob::type(19).referenced() == type_id{5} && !blob::type(5).component());
    static_assert(blob::type(20).kind() == type_tag && blob::type(20).name() == "user");

    constexpr btf::type wide = blob::type(21);
    static_assert(wide.kind() == enum64 && wide.is_enum() && !wide.is_signed() && wide.size() == 8);
    static_assert(wide.enumerators().at(0)->unsigned_value() == 0xffff'ffff'0000'0001);
    static_assert(wide.enumerators().at(1)->name() == "SMALL" && wide.enumerators().at(1)->value() == 2);

    static_assert(blob::type(0).is_void() && blob::type(sample_count + 1).is_void());
    static_assert(blob::index.contains(btf::void_id) && blob::index.contains(type_id{sample_count}));
    static_assert(!blob::index.contains(type_id{sample_count + 1}));
    return true;
}
static_assert(sample_reads_well<std::endian::little>());
static_assert(sample_reads_well<std::endian::big>());

// The walk and the index agree, and the walk ends.
template <std::endian Order>
constexpr bool walk_agrees_with_index() {
    std::uint32_t id = 0;
    for (btf::type const type : sample<Order>::view.types()) {
        ++id;
        if (number(type.id()) != id || type.record() != sample<Order>::type(id).record()) return false;
    }
    return id == sample_count;
}
static_assert(walk_agrees_with_index<std::endian::little>() && walk_agrees_with_index<std::endian::big>());

constexpr std::string_view sample_text = sample<std::endian::native>::blob.text();

constexpr btf::malformed fault_in(std::string_view blob) { return btf::view::parse(blob).error(); }

/// The fault that one changed byte brings.
btf::malformed fault_with(std::size_t position, std::uint32_t value, std::size_t bytes = 1) {
    std::string copy{sample_text};
    for (std::size_t i = 0; i < bytes; ++i) {
        std::size_t const shift = std::endian::native == std::endian::little ? i : bytes - 1 - i;
        copy[position + i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * shift)));
    }
    return btf::view::parse(copy).error();
}

std::uint32_t record_of(std::uint32_t id) {
    return sample<std::endian::native>::view.position_of(sample<std::endian::native>::type(id));
}

TEST_CASE("btf view: each fault of a header is told with its position") {
    auto const size = static_cast<std::uint32_t>(sample_text.size());
    CHECK(fault_in({}) == btf::malformed{reason::header_truncated, 0});
    CHECK(fault_in({sample_text.data(), 0x1'0000'0000}) == btf::malformed{reason::blob_too_large, 0});
    CHECK(fault_in(sample_text.substr(0, 23)) == btf::malformed{reason::header_truncated, 23});
    CHECK(fault_in("not btf at all, however long") == btf::malformed{reason::not_btf, 0});
    CHECK(fault_with(2, 2) == btf::malformed{reason::unknown_version, 2});
    CHECK(fault_with(3, 1) == btf::malformed{reason::unknown_flags, 3});
    CHECK(fault_with(4, 23, 4) == btf::malformed{reason::header_length, 4});
    CHECK(fault_with(4, size + 1, 4) == btf::malformed{reason::header_length, 4});
    CHECK(fault_with(8, size - 23, 4) == btf::malformed{reason::types_outside, 8});
    CHECK(fault_with(8, 0xffff'ffff, 4) == btf::malformed{reason::types_outside, 8});
    CHECK(fault_with(12, size - 23, 4) == btf::malformed{reason::types_outside, 12});
    CHECK(fault_with(16, size - 23, 4) == btf::malformed{reason::strings_outside, 16});
    CHECK(fault_with(20, 0xffff'ffff, 4) == btf::malformed{reason::strings_outside, 20});
    CHECK(fault_in(sample_text.substr(0, size - 1)) == btf::malformed{reason::strings_outside, 20});
    CHECK(fault_with(20, 0, 4) == btf::malformed{reason::strings_unterminated, 20});
    CHECK(fault_with(size - 1, 'x') == btf::malformed{reason::strings_unterminated, size - 1});
}

TEST_CASE("btf view: each fault of a record is told with its position") {
    auto const one_more = sample_count + 1;
    CHECK(fault_with(record_of(3) + 4, 0x0201'0000, 4) == btf::malformed{reason::unknown_info_bits, record_of(3) + 4});
    CHECK(fault_with(record_of(3) + 4, 0x2200'0000, 4) == btf::malformed{reason::unknown_info_bits, record_of(3) + 4});
    CHECK(fault_with(record_of(3) + 4, 0x0000'0000, 4) == btf::malformed{reason::unknown_kind, record_of(3) + 4});
    CHECK(fault_with(record_of(3) + 4, 0x1400'0000, 4) == btf::malformed{reason::unknown_kind, record_of(3) + 4});
    CHECK(fault_with(record_of(24) + 4, 0x0400'0002, 4) == btf::malformed{reason::record_truncated, record_of(24)});
    CHECK(fault_with(12, record_of(24) - 24 + 11, 4) == btf::malformed{reason::record_truncated, record_of(24)});

    std::uint32_t const length = static_cast<std::uint32_t>(sample<std::endian::native>::view.strings().own().size());
    CHECK(fault_with(record_of(3), length, 4) == btf::malformed{reason::name_outside, record_of(3)});
    CHECK(fault_with(record_of(3), length - 1, 4) == btf::malformed{});
    CHECK(fault_with(record_of(5) + 24, length, 4) == btf::malformed{reason::name_outside, record_of(5) + 24});
    CHECK(fault_with(record_of(6) + 12, length, 4).why == reason::name_outside);  // union member
    CHECK(fault_with(record_of(8) + 20, length, 4).why == reason::name_outside);  // enumerator
    CHECK(fault_with(record_of(14) + 20, length, 4).why == reason::name_outside); // parameter
    CHECK(fault_with(record_of(21) + 24, length, 4).why == reason::name_outside); // 64-bit enumerator

    CHECK(fault_with(record_of(3) + 8, sample_count, 4) == btf::malformed{});
    for (std::uint32_t const id : {3U, 10U, 11U, 12U, 13U, 14U, 15U, 16U, 19U, 20U}) {
        CAPTURE(id);
        CHECK(fault_with(record_of(id) + 8, one_more, 4) == btf::malformed{reason::type_outside, record_of(id) + 8});
        CHECK(fault_with(record_of(id) + 8, 0xffff'ffff, 4).why == reason::type_outside);
    }
    CHECK(fault_with(record_of(4) + 12, one_more, 4).why == reason::type_outside); // array element
    CHECK(fault_with(record_of(4) + 16, one_more, 4).why == reason::type_outside); // array index
    CHECK(fault_with(record_of(4) + 20, one_more, 4).why == reason::none);         // array count
    CHECK(fault_with(record_of(5) + 28, one_more, 4) == btf::malformed{reason::type_outside, record_of(5) + 28});
    CHECK(fault_with(record_of(14) + 24, one_more, 4).why == reason::type_outside); // parameter
    CHECK(fault_with(record_of(17) + 24, one_more, 4).why == reason::type_outside); // second variable of a section
    CHECK(fault_with(record_of(9) + 8, one_more, 4).why == reason::none);           // a forward declaration has none
}

TEST_CASE("btf view: bytes come from spans, strings and arrays") {
    auto const bytes = std::as_bytes(std::span{sample_text});
    CHECK((*btf::view::parse(bytes)).type_count() == sample_count);
    CHECK((*btf::view::parse(std::string{sample_text})).type_count() == sample_count);
    static constexpr char literal[] = "\x9f\xeb\1\0\x18\0\0\0\0\0\0\0\x10\0\0\0\x10\0\0\0\5\0\0"
                                      "\0\1\0\0\0\0\0\0\1\4\0\0\0\x20\0\0\1\0int";
    constexpr btf::parsed<btf::view> parsed = btf::view::parse(literal);
    static_assert(parsed && parsed->type_count() == 1 && (*parsed->types().begin()).name() == "int");
    CHECK((*btf::view::parse(literal)).type_count() == 1);
}

TEST_CASE("btf view: headers of a later format may be longer, and bytes may follow") {
    static constexpr auto longer = write_sample(std::endian::native).finish(8);
    static_assert(btf::view::parse(longer.text()));
    std::string text{longer.text()};
    text += "more";
    auto const parsed = btf::view::parse(text);
    REQUIRE(parsed);
    CHECK(parsed->type_count() == sample_count);
    CHECK((*parsed->types().begin()).name() == "int");
}

TEST_CASE("btf view: 32-bit enums keep their sign only when they say that they have one") {
    for (bool const is_signed : {false, true}) {
        blob_builder out{std::endian::native};
        out.record("answer", wire::make_info(btf::kind::enum_, 1, is_signed), 4);
        out.named("NO", 0xffff'ffff);
        auto const blob = out.finish();
        auto const parsed = btf::view::parse(blob.text());
        REQUIRE(parsed);
        btf::enumerator const no = *(*parsed->types().begin()).enumerators().at(0);
        CHECK(no.value() == (is_signed ? -1 : 4'294'967'295));
        CHECK(no.unsigned_value() == (is_signed ? ~std::uint64_t{0} : 0xffff'ffff));
    }
}

TEST_CASE("btf view: an index is adopted only when it is the blob's own") {
    using blob = sample<std::endian::native>;
    auto offsets = blob::offsets;
    CHECK(blob::view.adopt(offsets));
    CHECK_FALSE(blob::view.adopt(std::span{offsets}.first(sample_count - 1)));
    offsets[sample_count - 1] += 4;
    CHECK_FALSE(blob::view.adopt(offsets));
    offsets = blob::offsets;
    offsets[0] = 16;
    CHECK_FALSE(blob::view.adopt(offsets));
    CHECK_FALSE(blob::view.index(std::span{offsets}.first(sample_count - 1)));
    CHECK(blob::view.index(offsets));
    CHECK(offsets == blob::offsets);
}

TEST_CASE("btf view: strings from outside the blob are checked") {
    using blob = sample<std::endian::native>;
    auto const size = static_cast<std::uint32_t>(blob::view.strings().own().size());
    CHECK(blob::view.string(btf::string_offset{0}) == "");
    CHECK(blob::view.string(btf::string_offset{1}) == "int");
    CHECK(blob::view.string(btf::string_offset{2}) == "nt");
    CHECK(blob::view.string(btf::string_offset{size - 1}) == "");
    CHECK_FALSE(blob::view.string(btf::string_offset{size}));
    CHECK_FALSE(blob::view.string(btf::string_offset{0xffff'ffff}));

    auto const int_type = blob::type(1);
    CHECK(int_type.has_name("int"));
    for (std::string_view const other : {"", "i", "in", "int2", "inu", "jnt"}) CHECK_FALSE(int_type.has_name(other));
    CHECK_FALSE(int_type.has_name({"int\0char", 8}));
    CHECK(blob::type(3).has_name(""));
    CHECK_FALSE(blob::type(3).has_name("x"));
}

/// A module of four types: two refer to the sample, two to each other's neighbours.
constexpr blob_builder::blob make_module(std::endian order) {
    blob_builder const base = write_sample(order);
    blob_builder out{order, base.strings_size()};
    out.record("module_struct", wire::make_info(btf::kind::struct_, 2), 32); // 25
    out.named("base_member", 5, 0);
    out.words({1, 26, 192});                                // named "int", by a string of the base
    out.record("", wire::make_info(btf::kind::ptr), 25);    // 26
    out.record("pair", wire::make_info(btf::kind::fwd), 0); // 27
    out.record("", wire::make_info(btf::kind::const_), 7);  // 28
    return out.finish();
}

template <std::endian Order>
constexpr bool split_reads_well() {
    blob_builder::blob const module = make_module(Order);
    auto const parsed = btf::view::parse(module.text(), sample<Order>::view);
    if (!parsed || !parsed->is_split() || parsed->type_count() != 4) return false;
    btf::view const split = *parsed;
    if (split.first_id() != type_id{sample_count + 1} || split.index_size() != sample_count + 4) return false;

    std::array<std::uint32_t, sample_count + 4> all{};
    std::array<std::uint32_t, 4> own{};
    auto const whole = split.index(all);
    auto const shared = split.index(own, sample<Order>::index);
    if (!whole || !shared || split.index(std::span{own}.first(3), sample<Order>::index)) return false;
    for (btf::indexed_view const& index : {*whole, *shared}) {
        btf::type const first = index.type(type_id{25});
        btf::member const second = *first.members().at(1);
        bool good = first.name() == "module_struct" && second.name() == "int" && second.type() == type_id{26};
        good &= index.type(first.members().at(0)->type()).name() == "outer";
        good &= index.type(type_id{28}).referenced() == type_id{7} && index.type(type_id{7}).name() == "pair";
        good &= index.type(type_id{26}).referenced() == type_id{25};
        good &= index.type(type_id{29}).is_void() && !index.contains(type_id{29});
        good &= split.position_of(first) == 24 && split.position_of(index.type(type_id{2})) == 40;
        if (!good) return false;
    }
    std::uint32_t walked = 0;
    for (btf::type const type : split.types()) walked += number(type.id());
    if (!split.adopt(all) || walked != 25 + 26 + 27 + 28) return false;
    all[1] += 4; // a type of the base
    return !split.adopt(all) && split.string(btf::string_offset{1}) == "int";
}
static_assert(split_reads_well<std::endian::little>() && split_reads_well<std::endian::big>());

TEST_CASE("btf view: split BTF fits its own base only") {
    using base = sample<std::endian::native>;
    static constexpr auto module = make_module(std::endian::native);
    CHECK(split_reads_well<std::endian::native>());
    CHECK(btf::view::parse(module.text()).error().why == reason::strings_unterminated);
    CHECK(btf::view::parse(module.text(), sample<foreign>::view).error().why == reason::base_byte_order);
    auto const split = btf::view::parse(module.text(), base::view);
    CHECK(btf::view::parse(module.text(), *split).error().why == reason::base_is_split);

    std::string beyond{module.text()};
    std::uint32_t const id = sample_count + 5;
    std::memcpy(beyond.data() + 24 + 16, &id, 4);
    CHECK(btf::view::parse(beyond, base::view).error() == btf::malformed{reason::type_outside, 40});

    static constexpr auto other_blob = make_sample(std::endian::native);
    auto const other = btf::view::parse(other_blob.text());
    std::array<std::uint32_t, sample_count> storage{};
    std::array<std::uint32_t, 4> own{};
    CHECK_FALSE(split->index(own, *other->index(storage)));
    CHECK(split->index(own, *base::view.index(storage)));
}

TEST_CASE("btf view: every reason has its own sentence") {
    auto const count = static_cast<unsigned>(reason::ext_instruction) + 1;
    for (unsigned first = 0; first < count; ++first) {
        CHECK(sentence(static_cast<reason>(first)) != "unknown reason");
        for (unsigned second = 0; second < first; ++second) {
            CHECK(sentence(static_cast<reason>(first)) != sentence(static_cast<reason>(second)));
        }
    }
    CHECK(sentence(static_cast<reason>(count)) == "unknown reason");
}

TEST_CASE("btf view: the running kernel's BTF is read whole") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(no_kernel_btf);
    std::uint32_t last = 0;
    std::vector<std::uint32_t> kinds(20);
    for (btf::type const type : kernel->view().types()) {
        REQUIRE(number(type.id()) == ++last);
        ++kinds[static_cast<std::size_t>(type.kind())];
        if (last % 1000 == 0) CHECK(kernel->index().type(type.id()).record() == type.record());
    }
    CHECK(last == kernel->view().type_count());
    CHECK(last > 10'000);
    CHECK(kinds[static_cast<std::size_t>(btf::kind::struct_)] > 1000);
    CHECK(kinds[static_cast<std::size_t>(btf::kind::func)] > 1000);
    MESSAGE("the kernel has ", last, " types");
}

} // namespace
