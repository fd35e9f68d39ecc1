// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/shape.hpp>
#include <bpfxx/map/special.hpp>
#include <bpfxx/reflect.hpp>
#include <bpfxx/reflect/enumerators.hpp>
#include <bpfxx/reflect/table.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

// At namespace scope, in an unnamed one, inside a function, from a template: names and offsets come alike.
enum class reflect_color : std::uint8_t { red, green = 4, blue = 200 };
enum reflect_loose { loose_a, loose_b };
enum reflect_fixed : std::int16_t { fixed_minus = -1, fixed_zero, fixed_five = 5 };

template <class T, int Count>
struct reflect_ring {
    T head;
    std::uint64_t slots[Count];
};

namespace {

namespace btf = bpfxx::btf;
namespace reflect = bpfxx::reflect;

struct inner {
    std::uint8_t small;
    std::uint32_t wide;
};
struct outer {
    std::uint8_t first;
    inner nested;
    char text[5];
    alignas(8) std::uint8_t apart;
    bool flag;
    reflect_color color;
    float ratio;
};
union either {
    std::uint32_t number;
    unsigned char bytes[4];
};
struct with_union {
    std::uint8_t tag;
    either what;
    std::uint8_t last;
};
struct with_atomic {
    std::atomic<int> count;
    std::array<int, 4> row;
    int grid[2][3];
};
struct anonymous_union {
    std::uint32_t tag;
    union {
        std::uint32_t number;
        unsigned char bytes[4];
    };
    bpfxx::spin_lock lock;
};
struct bit_fields {
    std::uint32_t low : 3;
    std::uint32_t high : 29;
};
struct empty {};
struct derived : inner {};
struct over_empty : empty {
    int number;
};
struct single {
    int only;
};
struct single_array {
    int only[3];
};
struct single_nested {
    single only;
};
struct no_default {
    explicit no_default(int) {}
    int number;
};
class closed {
    [[maybe_unused]] int number_ = 0;
};
struct many {
    int a[32];
    int b01, b02, b03, b04, b05, b06, b07, b08, b09, b10, b11, b12, b13, b14, b15, b16;
    int b17, b18, b19, b20, b21, b22, b23, b24, b25, b26, b27, b28, b29, b30, last;
};
struct too_many {
    many first;
    int b01, b02, b03, b04, b05, b06, b07, b08, b09, b10, b11, b12, b13, b14, b15, b16;
    int b17, b18, b19, b20, b21, b22, b23, b24, b25, b26, b27, b28, b29, b30, b31, last;
};
struct large {
    std::uint8_t tag;
    std::array<std::uint64_t, 100'000> row;
    std::uint8_t last;
};
using unnamed = struct {
    int number;
};

static_assert(reflect::member_count<outer> == 7 && reflect::member_count<with_union> == 3);
static_assert(reflect::member_count<with_atomic> == 3 && reflect::member_count<single> == 1);
static_assert(reflect::member_count<single_array> == 1 && reflect::member_count<single_nested> == 1);
static_assert(reflect::member_count<many> == 32 && reflect::member_count<outer const> == 7);
static_assert(reflect::reflectable<unnamed> && reflect::reflectable<reflect_ring<inner, 3>>);
static_assert(reflect::detail::count_members<too_many>() == 33);
static_assert(!reflect::reflectable<too_many> && !reflect::reflectable<bit_fields> && !reflect::reflectable<empty>);
static_assert(!reflect::reflectable<derived> && !reflect::reflectable<over_empty> && !reflect::reflectable<closed>);
static_assert(!reflect::reflectable<no_default> && !reflect::reflectable<int> && !reflect::reflectable<either>);
static_assert(!reflect::reflectable<std::array<int, 2>> && !reflect::reflectable<std::pair<int, int>>);

// One of its members cannot begin empty, wherever it stands; has_spin_lock can be asked nevertheless.
struct strong_first {
    no_default first;
    int second;
};
struct strong_between {
    int first;
    no_default second;
    int third;
};
struct strong_last {
    int first;
    no_default second;
};
struct strong_only {
    no_default only[2];
};
static_assert(!reflect::reflectable<strong_first> && !reflect::reflectable<strong_between>);
static_assert(!reflect::reflectable<strong_last> && !reflect::reflectable<strong_only>);
static_assert(!bpfxx::has_spin_lock<strong_between>);

static_assert(std::is_same_v<reflect::member_type<outer, 1>, inner>);
static_assert(std::is_same_v<reflect::member_type<outer, 2>, char[5]>);
static_assert(std::is_same_v<reflect::member_type<with_atomic, 2>, int[2][3]>);
static_assert(std::is_same_v<reflect::member_type<many, 0>, int[32]>);
static_assert(std::is_same_v<reflect::member_type<outer const, 5>, reflect_color>);

static_assert(reflect::member_offset<outer, 0> == offsetof(outer, first));
static_assert(reflect::member_offset<outer, 1> == offsetof(outer, nested));
static_assert(reflect::member_offset<outer, 2> == offsetof(outer, text));
static_assert(reflect::member_offset<outer, 3> == offsetof(outer, apart));
static_assert(reflect::member_offset<outer, 4> == offsetof(outer, flag));
static_assert(reflect::member_offset<outer, 6> == offsetof(outer, ratio));
static_assert(reflect::member_offset<with_union, 1> == 4 && reflect::member_offset<with_union, 2> == 8);
static_assert(reflect::member_offset<with_atomic, 2> == 20 && reflect::member_offset<many, 31> == 62 * 4);
static_assert(reflect::member_offset<large, 1> == 8 && reflect::member_offset<large, 2> == 800'008);

static_assert(reflect::member_name<outer, 0> == "first" && reflect::member_name<outer, 6> == "ratio");
static_assert(reflect::member_name<with_union, 1> == "what" && reflect::member_name<many, 31> == "last");
static_assert(reflect::member_name<reflect_ring<inner, 3>, 1> == "slots" && reflect::member_name<large, 2> == "last");

static_assert(reflect::type_name<outer> == "outer" && reflect::type_name<either> == "either");
static_assert(reflect::type_name<reflect_color> == "reflect_color" && reflect::type_name<outer const> == "outer");
static_assert(reflect::type_name<reflect_ring<std::uint32_t, 3>> == "reflect_ring_unsigned_int_3");
static_assert(reflect::type_name<std::array<int, 4>> == "array_int_4");

static_assert(reflect::enumerators<reflect_color>.size() == 2);
static_assert(reflect::enumerators<reflect_color>[0].name == "red" &&
              reflect::enumerators<reflect_color>[0].value == 0);
static_assert(reflect::enumerators<reflect_color>[1].name == "green");
static_assert(reflect::enumerators<reflect_color>[1].value == 4);
static_assert(reflect::enumerators<reflect_fixed>.size() == 2);
static_assert(reflect::enumerators<reflect_fixed>[1].name == "fixed_five");
static_assert(reflect::enumerators<reflect_loose>.empty() && reflect::enumerators<std::byte>.empty());
enum class both : bool { no, yes };
enum class wide_range : std::uint64_t { first, last = 31, beyond };
enum class narrow_range : signed char { below = -1, last = 31 };
static_assert(reflect::enumerators<both>.size() == 2 && reflect::enumerators<both>[1].name == "yes");
static_assert(reflect::enumerators<wide_range>.size() == 2 && reflect::enumerators<wide_range>[1].name == "last");
static_assert(reflect::enumerators<narrow_range>.size() == 1 && reflect::enumerators<narrow_range>[0].value == 31);

// A lock is found where it is a member itself, in whatever company, and only there.
struct locked {
    std::uint64_t packets;
    char text[300];
    bpfxx::spin_lock lock;
};
struct around_locked {
    locked nested;
};
struct lock_first {
    bpfxx::spin_lock lock;
    std::uint32_t number;
};
struct around_lock_first {
    lock_first nested;
};
struct around_array {
    single_array nested;
    bpfxx::spin_lock lock;
};
static_assert(bpfxx::has_spin_lock<locked> && bpfxx::has_spin_lock<locked const>);
static_assert(bpfxx::has_spin_lock<anonymous_union> && bpfxx::has_spin_lock<around_array>);
static_assert(bpfxx::has_spin_lock<lock_first> && !bpfxx::has_spin_lock<around_lock_first>);
static_assert(!bpfxx::has_spin_lock<around_locked> && !bpfxx::has_spin_lock<outer> && !bpfxx::has_spin_lock<int>);
static_assert(!bpfxx::has_spin_lock<bpfxx::spin_lock> && !bpfxx::has_spin_lock<bit_fields>);
static_assert(!bpfxx::has_spin_lock<std::array<bpfxx::spin_lock, 1>> && !bpfxx::has_spin_lock<no_default>);
static_assert(reflect::has_member_of_type<with_atomic, std::atomic<int>>());
static_assert(sizeof(bpfxx::timer) == 16 && sizeof(bpfxx::workqueue) == 16);

// Shapes: what each type is for BTF.
using btf::shape_of;
static_assert(shape_of<bool>.name == "_Bool" && shape_of<bool>.encoding == btf::int_encoding::is_bool);
static_assert(shape_of<char>.name == "char" && shape_of<std::byte>.name == "unsigned char");
static_assert(shape_of<long>.name == "long long" && shape_of<std::uint16_t>.name == "unsigned short");
static_assert(shape_of<std::int32_t>.encoding == btf::int_encoding::is_signed && shape_of<char16_t>.size == 2);
static_assert(shape_of<double>.form == btf::kind::float_ && shape_of<double>.name == "double");
static_assert(shape_of<float>.name == "float" && shape_of<long double>.name == "long double");
static_assert(shape_of<signed char>.name == "signed char" && shape_of<short>.name == "short");
static_assert(shape_of<unsigned>.name == "unsigned int" && shape_of<unsigned long>.name == "unsigned long long");
static_assert(shape_of<unsigned>.encoding == btf::int_encoding::none && shape_of<int>.name == "int");
static_assert(btf::detail::integer_name(16, true) == "__int128");
static_assert(btf::detail::integer_name(16, false) == "unsigned __int128");
static_assert(shape_of<reflect_color>.name == "reflect_color" && shape_of<reflect_color>.enumerators.size() == 2);
static_assert(shape_of<reflect_color>.enumerators[1].value == 4 && shape_of<int[2][3]>.size == 24);
static_assert(shape_of<reflect_color>.form == btf::kind::enum_ && shape_of<reflect_color>.size == 1);
static_assert(shape_of<reflect_loose>.form == btf::kind::int_ && shape_of<reflect_loose>.size == 4);
static_assert(shape_of<bpfxx::fd_ref<bpfxx::kind::task>>.name == "int");
static_assert(shape_of<int[2][3]>.count == 2 && shape_of<int[2][3]>.element->count == 3);
static_assert(shape_of<std::array<int, 4>>.count == 4 && shape_of<std::array<int, 4>>.form == btf::kind::array);
static_assert(shape_of<either>.opaque && shape_of<closed>.opaque && shape_of<std::atomic<int>>.opaque);
static_assert(shape_of<closed>.form == btf::kind::array && shape_of<closed>.size == 4);
static_assert(shape_of<outer>.form == btf::kind::struct_ && shape_of<outer>.members.size() == 7);
static_assert(shape_of<outer>.members[1].bit_offset == 32 && shape_of<outer>.members[1].type == &shape_of<inner>);
static_assert(shape_of<outer>.size == sizeof(outer) && shape_of<outer>.members[6].name == "ratio");
static_assert(shape_of<std::array<int, 4>>.size == 16 && !shape_of<std::array<int, 4>>.opaque);
static_assert(shape_of<closed>.count == 4 && shape_of<closed>.element->name == "unsigned char");
static_assert(shape_of<bpfxx::workqueue>.name == "bpf_wq" && shape_of<bpfxx::workqueue>.size == 16);
static_assert(shape_of<bpfxx::timer>.members[0].type->size == 16 && shape_of<bpfxx::timer>.members.size() == 1);
static_assert(shape_of<bpfxx::spin_lock>.name == "bpf_spin_lock" && shape_of<bpfxx::timer>.name == "bpf_timer");

} // namespace

// What cannot be seen through may be described by hand.
template <>
inline constexpr btf::shape bpfxx::btf::shape_of<bit_fields> = btf::opaque_shape<bit_fields>;

namespace {

static_assert(shape_of<bit_fields>.opaque && shape_of<bit_fields>.size == 4);

TEST_CASE("types and members of a function are seen as well") {
    struct local {
        std::uint16_t port;
        std::uint16_t flags;
    };
    CHECK(reflect::type_name<local> == "local");
    CHECK(reflect::member_name<local, 1> == "flags");
    CHECK(std::string_view{reflect::member_name<local, 1>.data()} == "flags");
    CHECK(reflect::member_offset<local, 1> == 2);
}

TEST_CASE("a name ends with a zero byte, also where template arguments were cut off") {
    CHECK(std::string_view{reflect::type_name<reflect_ring<std::uint32_t, 3>>.data()} == "reflect_ring_unsigned_int_3");
    CHECK(std::string_view{reflect::member_name<outer, 2>.data()} == "text");
}

} // namespace
