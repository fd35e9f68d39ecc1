// Records: structs of a BPF source by the names of their members, and structs of C++ compared with them.
#include <bpfxx/object/record.hpp>

#include "made/records.bpf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace {

using namespace bpfxx;

using in = object::embedded<records_object>;

consteval auto const& definition_of(std::string_view name) { return in::plan.maps[*in::plan.find_map(name)]; }
constexpr auto& records_map = definition_of("records");

using key = object::value_type<records_object, btf::number(records_map.key_type)>;
using value = object::value_type<records_object, btf::number(records_map.value_type)>;
using endpoint = object::value_type<records_object, btf::number(definition_of("by_kind").value_type)>;

template <class T, object::literal Path, class Wanted>
inline constexpr bool member_is = std::same_as<decltype(T{}.template get<Path>()), Wanted>;

// ---- what members are ----

static_assert(in::plan.name == "records");
static_assert(sizeof(key) == 8 && alignof(key) == 4 && map_key<key> && map_value<key>);
static_assert(sizeof(value) == 168 && alignof(value) == 8 && map_value<value>);
static_assert(sizeof(endpoint) == 8 && alignof(endpoint) == 4);
static_assert(member_is<key, "pid", std::uint32_t> && member_is<key, "port", std::uint16_t>);
static_assert(member_is<key, "protocol", std::uint8_t> && member_is<key, "direction", std::int8_t>);
static_assert(member_is<value, "count", std::uint64_t> && member_is<value, "difference", std::int64_t>);
static_assert(member_is<value, "small", std::int16_t> && member_is<value, "flag", bool>);
static_assert(member_is<value, "letter", char> && member_is<value, "name", std::array<char, 16>>);
static_assert(member_is<value, "bytes", std::array<std::uint8_t, 6>>);
static_assert(member_is<value, "kind", std::uint32_t> && member_is<value, "sign", std::int32_t>);
static_assert(member_is<value, "wide", std::uint64_t> && member_is<value, "pointer", std::uint64_t>);
static_assert(member_is<value, "from", endpoint> && member_is<value, "from.port", std::uint16_t>);
static_assert(member_is<value, "history", std::array<endpoint, 3>>);
static_assert(member_is<value, "matrix", std::array<std::array<std::uint32_t, 3>, 2>>);
static_assert(member_is<value, "unnamed_a", std::uint64_t> && member_is<value, "unnamed_b", std::uint32_t>);
static_assert(member_is<value, "either.parts", std::array<std::uint8_t, 4>>);
static_assert(member_is<value, "three", std::uint32_t> && member_is<value, "signed_nine", std::int32_t>);
static_assert(member_is<value, "ratio", float> && member_is<value, "precise", double>);

static_assert(
    std::same_as<object::value_type<records_object, btf::number(definition_of("counts").key_type)>, std::uint32_t>);
static_assert(
    std::same_as<object::value_type<records_object, btf::number(definition_of("by_kind").key_type)>, std::uint32_t>);

// ---- reading and writing ----

constexpr value filled = [] {
    value made;
    made.set<"count">(1).set<"difference">(-5).set<"small">(-2).set<"flag">(true).set<"letter">('x');
    made.set<"kind">(5).set<"sign">(-1).set<"wide">(0x8000'0000'0000'0000).set<"from.port">(443);
    made.set<"range.high">(9).set<"either.number">(0x0102'0304).set<"pointer">(~std::uint64_t{0});
    made.set<"history">({endpoint{}, endpoint{}, endpoint{}.set<"port">(22)});
    made.set<"matrix">({{{1, 2, 3}, {4, 5, 6}}}).set<"ratio">(1.5F).set<"precise">(-2.25);
    return made.set<"three">(5).set<"five">(17).set<"signed_nine">(-200);
}();
static_assert(filled.get<"count">() == 1 && filled.get<"difference">() == -5 && filled.get<"small">() == -2);
static_assert(filled.get<"flag">() && filled.get<"letter">() == 'x' && filled.get<"kind">() == 5);
static_assert(filled.get<"sign">() == -1 && filled.get<"wide">() == 0x8000'0000'0000'0000);
static_assert(filled.get<"from">().get<"port">() == 443 && filled.get<"range.high">() == 9);
static_assert(filled.get<"range.low">() == 0 && filled.get<"from.address">() == 0);
static_assert(filled.get<"either.parts">()[std::endian::native == std::endian::little ? 0 : 3] == 4);
static_assert(filled.get<"history">()[2].get<"port">() == 22 && filled.get<"history">()[1].get<"port">() == 0);
static_assert(filled.get<"matrix">()[1][2] == 6 && filled.get<"matrix">()[0][0] == 1);
static_assert(filled.get<"three">() == 5 && filled.get<"five">() == 17 && filled.get<"signed_nine">() == -200);
static_assert(filled.get<"ratio">() == 1.5F && filled.get<"precise">() == -2.25);

// What does not fit is cut, and the neighbours stay.
constexpr value overfull = value{filled}.set<"five">(0x3f);
static_assert(overfull.get<"five">() == 31 && overfull.get<"three">() == 5 && overfull.get<"signed_nine">() == -200);
static_assert(overfull.get<"pointer">() == ~std::uint64_t{0} && overfull.get<"ratio">() == 1.5F);
constexpr value emptied = value{filled}.set<"signed_nine">(0).set<"three">(0);
static_assert(emptied.get<"five">() == 17 && emptied.get<"signed_nine">() == 0 && emptied.get<"three">() == 0);

static_assert(value{} == value{} && value{} != filled && key{}.set<"pid">(7) == key{}.set<"pid">(7));

// ---- structs of C++ ----

struct own_key {
    std::uint32_t pid;
    std::uint16_t port;
    std::uint8_t protocol;
    std::int8_t direction;
};
struct own_endpoint {
    std::uint32_t address;
    std::uint16_t port;
    std::uint16_t padding;
};
static_assert(key{own_key{1, 2, 3, -4}}.get<"direction">() == -4);
static_assert(key{}.set<"pid">(7).as<own_key>().pid == 7);
static_assert(endpoint{own_endpoint{1, 2, 0}}.get<"port">() == 2);

template <class T>
consteval object::detail::sign_difference sign_of(btf::type_id id) {
    return object::detail::sign_comparer{in::types}.run(btf::shape_of<T>, id);
}
struct unsigned_direction {
    std::uint32_t pid;
    std::uint16_t port;
    std::uint8_t protocol;
    std::uint8_t direction;
};
struct signed_pid {
    std::int32_t pid;
    std::uint16_t port;
    std::uint8_t protocol;
    std::int8_t direction;
};
struct with_char {
    std::uint32_t pid;
    std::uint16_t port;
    char protocol;
    char direction;
};
static_assert(!sign_of<own_key>(records_map.key_type).differ && !sign_of<with_char>(records_map.key_type).differ);
static_assert(sign_of<unsigned_direction>(records_map.key_type).path.member() == "unsigned_direction.direction");
static_assert(sign_of<unsigned_direction>(records_map.key_type).which == object::detail::signed_in::btf_alone);
static_assert(sign_of<signed_pid>(records_map.key_type).path.member() == "signed_pid.pid");
static_assert(sign_of<signed_pid>(records_map.key_type).which == object::detail::signed_in::cxx_alone);
static_assert(sign_of<std::int64_t>(definition_of("counts").value_type).differ);
static_assert(!sign_of<std::uint64_t>(definition_of("counts").value_type).differ);

// ---- names of arrays ----

inline constexpr char app_object[] = "";
inline constexpr char object_[] = "";
inline constexpr char plain[] = "";
static_assert(object::detail::name_of_array<app_object>() == "app");
static_assert(object::detail::name_of_array<object_>() == "object_");
static_assert(object::detail::name_of_array<plain>() == "plain");

constexpr auto embedded_bytes = object::embed({0x7f, 'E', 'L', 'F', 0xff});
static_assert(object::detail::bytes_of(embedded_bytes) == "\177ELF\377");
static_assert(object::detail::bytes_of(app_object).empty());

TEST_CASE("a record's bytes are those of the struct in C") {
    own_key const made{0x0102'0304, 0x0506, 7, -8};
    key const same = key{}.set<"pid">(0x0102'0304).set<"port">(0x0506).set<"protocol">(7).set<"direction">(-8);
    CHECK(std::memcmp(same.bytes().data(), &made, sizeof made) == 0);
    CHECK(key{made} == same);
    std::array<std::byte, sizeof(key)> elsewhere{};
    key::set_in<"port">(elsewhere.data(), 0x0506);
    CHECK(key::get_from<"port">(elsewhere.data()) == 0x0506);
    CHECK(key::get_from<"pid">(elsewhere.data()) == 0);
}

} // namespace
