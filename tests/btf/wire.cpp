// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/wire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace {

namespace btf = bpfxx::btf;
namespace wire = bpfxx::btf::wire;

constexpr bool host_is_little = std::endian::native == std::endian::little;

// ids
static_assert(!std::convertible_to<int, btf::type_id> && !std::convertible_to<btf::type_id, std::uint32_t>);
static_assert(!std::convertible_to<btf::type_id, btf::string_offset>);
static_assert(btf::type_id{} == btf::void_id && btf::type_id{1} < btf::type_id{2} && number(btf::type_id{7}) == 7);
static_assert(number(btf::string_offset{9}) == 9);

// kinds
static_assert(static_cast<int>(btf::kind::int_) == 1 && static_cast<int>(btf::kind::struct_) == 4);
static_assert(static_cast<int>(btf::kind::func_proto) == 13 && static_cast<int>(btf::kind::datasec) == 15);
static_assert(static_cast<int>(btf::last_kind) == 19);
static_assert(name(btf::kind::unkn) == "BTF_KIND_UNKN" && name(btf::kind::restrict_) == "BTF_KIND_RESTRICT");
static_assert(name(btf::kind::enum64) == "BTF_KIND_ENUM64");
static_assert(name(static_cast<btf::kind>(20)) == "unknown kind" &&
              name(static_cast<btf::kind>(255)) == "unknown kind");

// the info word, with every other bit set where it must not matter
static_assert(wire::kind_of(0x8400'ffff) == btf::kind::struct_ && wire::kind_of(0x1300'0000) == btf::kind::enum64);
static_assert(wire::vlen_of(0x84ff'1234) == 0x1234);
static_assert(wire::kind_flag_of(0x8000'0000) && !wire::kind_flag_of(0x7fff'ffff));
static_assert(wire::make_info(btf::kind::enum64, 2, true) == 0x9300'0002);
static_assert(wire::make_info(btf::kind::int_) == 0x0100'0000);
static_assert((wire::make_info(static_cast<btf::kind>(0x1f), 0xffff, true) | wire::info_reserved) == 0xffff'ffff);
static_assert((wire::make_info(static_cast<btf::kind>(0x1f), 0xffff, true) & wire::info_reserved) == 0);

// members and integers
static_assert(wire::member_bit_offset(0x05ff'0060, true) == 0xff'0060 &&
              wire::member_bitfield_width(0x0500'0060, true) == 5);
static_assert(wire::member_bit_offset(0x0500'0060, false) == 0x0500'0060);
static_assert(wire::member_bitfield_width(0x0500'0060, false) == 0);
static_assert(wire::int_encoding_of(0xf405'0720) == btf::int_encoding::is_bool);
static_assert(wire::int_bit_offset_of(0xf4e5'0720) == 0xe5 && wire::int_bit_width_of(0xf4e5'0780) == 0x80);

// what follows a record: fixed bytes do not grow with vlen, entries do, a function's vlen is its linkage
constexpr std::uint32_t trailing(btf::kind what, std::uint32_t vlen) {
    return wire::trailing_size(wire::make_info(what, vlen, true));
}
static_assert(trailing(btf::kind::int_, 3) == 4 && trailing(btf::kind::array, 3) == 12);
static_assert(trailing(btf::kind::var, 3) == 4 && trailing(btf::kind::decl_tag, 3) == 4);
static_assert(trailing(btf::kind::struct_, 3) == 36 && trailing(btf::kind::union_, 0xffff) == 786'420);
static_assert(trailing(btf::kind::enum_, 3) == 24 && trailing(btf::kind::enum64, 3) == 36);
static_assert(trailing(btf::kind::func_proto, 3) == 24 && trailing(btf::kind::datasec, 3) == 36);
static_assert(trailing(btf::kind::func, 2) == 0 && trailing(btf::kind::ptr, 2) == 0 &&
              trailing(btf::kind::fwd, 2) == 0);
static_assert(wire::entry_size(wire::make_info(btf::kind::enum_)) == 8);
static_assert(wire::entry_size(wire::make_info(btf::kind::array, 1)) == 0);

// loads, at an odd address, from each byte type
template <class Byte>
constexpr bool loads() {
    std::array<Byte, 13> const bytes{Byte{0xee}, Byte{0x81}, Byte{0x92}, Byte{0xa3}, Byte{0xb4}, Byte{0x01}, Byte{0},
                                     Byte{0},    Byte{0},    Byte{0},    Byte{0},    Byte{0},    Byte{0xff}};
    bool good = wire::load_u32(bytes.data() + 1, !host_is_little) == 0xb4a3'9281;
    good &= wire::load_u32(bytes.data() + 1, host_is_little) == 0x8192'a3b4;
    auto const little = wire::load<wire::array>(bytes.data() + 1, !host_is_little);
    good &= little.element == 0xb4a3'9281 && little.index == 1 && little.count == 0xff00'0000;
    auto const tag = wire::load<wire::decl_tag>(bytes.data() + 9, host_is_little);
    return good && tag.component == 0xff;
}
static_assert(loads<unsigned char>() && loads<std::byte>());

template <>
constexpr bool loads<char>() {
    constexpr char bytes[] = "\xee\x81\x92\xa3\xb4";
    return wire::load_u32(bytes + 1, !host_is_little) == 0xb4a3'9281 &&
           wire::load_u32(bytes + 1, host_is_little) == 0x8192'a3b4;
}
static_assert(loads<char>());

TEST_CASE("btf wire: loads at run time agree with those at compile time") {
    CHECK(loads<char>());
    CHECK(loads<unsigned char>());
    CHECK(loads<std::byte>());
    CHECK(wire::swap_bytes(0x0102'0304) == 0x0403'0201);
}

TEST_CASE("btf wire: every kind has a name of its own") {
    for (unsigned first = 0; first <= static_cast<unsigned>(btf::last_kind); ++first) {
        for (unsigned second = 0; second < first; ++second) {
            CHECK(name(static_cast<btf::kind>(first)) != name(static_cast<btf::kind>(second)));
        }
    }
}

} // namespace
