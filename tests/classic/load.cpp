// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/load.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>

#include "support/row.hpp"

namespace {

using namespace bpfxx::classic;
using tests::classic::row;

// clang-format off: one row per line
constexpr row rows[] = {
    {load<std::uint8_t>(a, packet), 0x30, 0},
    {load<std::uint8_t>(a, packet + 23), 0x30, 23},
    {load<std::uint16_t>(a, packet + 12), 0x28, 12},
    {load<std::uint32_t>(a, packet + 26), 0x20, 26},
    {load<std::uint32_t>(a, packet + 26 + 4 - 2), 0x20, 28},
    {load<std::uint8_t>(a, packet + 0xffff'efff), 0x30, 0xffff'efff},
    {load<std::uint8_t>(a, packet + x), 0x50, 0},
    {load<std::uint16_t>(a, packet + x + 14), 0x48, 14},
    {load<std::uint32_t>(a, packet + 14 + x), 0x40, 14},
    {load<std::uint32_t>(a, packet + x - 2), 0x40, 0xffff'fffe},
    {load<std::uint32_t>(a, packet + x + 0xffff'ffff), 0x40, 0xffff'ffff},
    // the areas before the packet, by name and by number
    {load<std::uint8_t>(a, network_header), 0x30, 0xfff0'0000},
    {load<std::uint8_t>(a, network_header + 9), 0x30, 0xfff0'0009},
    {load<std::uint8_t>(a, packet - 0x10'0000 + 9), 0x30, 0xfff0'0009},
    {load<std::uint8_t>(a, packet - 0x8000'0000LL), 0x30, 0x8000'0000},
    {load<std::uint8_t>(a, network_header + 0xf'efff), 0x30, 0xffff'efff},
    {load<std::uint16_t>(a, network_header + x + 2), 0x48, 0xfff0'0002},
    {load<std::uint16_t>(a, link_header + 12), 0x28, 0xffe0'000c},
    {load<std::uint16_t>(a, link_header + 0xf'ffff), 0x28, 0xffef'ffff},
    // what is known beside the bytes
    {load(a, ancillary::protocol), 0x20, 0xffff'f000},
    {load(a, ancillary::pkttype), 0x20, 0xffff'f004},
    {load(a, ancillary::ifindex), 0x20, 0xffff'f008},
    {load(a, ancillary::nlattr), 0x20, 0xffff'f00c},
    {load(a, ancillary::nlattr_nest), 0x20, 0xffff'f010},
    {load(a, ancillary::mark), 0x20, 0xffff'f014},
    {load(a, ancillary::queue), 0x20, 0xffff'f018},
    {load(a, ancillary::hatype), 0x20, 0xffff'f01c},
    {load(a, ancillary::rxhash), 0x20, 0xffff'f020},
    {load(a, ancillary::cpu), 0x20, 0xffff'f024},
    {load(a, ancillary::alu_xor_x), 0x20, 0xffff'f028},
    {load(a, ancillary::vlan_tag), 0x20, 0xffff'f02c},
    {load(a, ancillary::vlan_tag_present), 0x20, 0xffff'f030},
    {load(a, ancillary::payload_offset), 0x20, 0xffff'f034},
    {load(a, ancillary::random), 0x20, 0xffff'f038},
    {load(a, ancillary::vlan_tpid), 0x20, 0xffff'f03c},
    {load(a, packet_length), 0x80, 0},
    {load(x, packet_length), 0x81, 0},
    {load(x, ip_header_length(packet + 14)), 0xb1, 14},
    {load(x, ip_header_length(network_header)), 0xb1, 0xfff0'0000},
    {load(a, scratch[0]), 0x60, 0},
    {load(a, scratch[15]), 0x60, 15},
    {load(x, scratch[15]), 0x61, 15},
    {store(scratch[15], a), 0x02, 15},
    {store(scratch[15], x), 0x03, 15},
    {mov(a, 7), 0x00, 7},
    {mov(a, -1), 0x00, 0xffff'ffff},
    {mov(x, 7), 0x01, 7},
    {mov(x, 0xffff'ffff), 0x01, 0xffff'ffff},
    {mov(a, x), 0x87, 0},
    {mov(x, a), 0x07, 0},
};
// clang-format on

static_assert(tests::classic::all_equal(rows));

TEST_CASE("loads, stores and copies are encoded as the manual says") { tests::classic::check(rows); }

template <class T, class Register>
concept loads = requires(Register to) { load<T>(to, packet); };
static_assert(loads<std::uint8_t, accumulator> && loads<std::uint32_t, accumulator>);
static_assert(!loads<std::uint64_t, accumulator> && !loads<std::int32_t, accumulator> && !loads<bool, accumulator>);
static_assert(!loads<std::uint8_t, index_register>);

template <class Register, class From>
concept loads_from = requires(Register to, From from) { load(to, from); };
static_assert(loads_from<accumulator, ancillary> && !loads_from<index_register, ancillary>);
static_assert(loads_from<index_register, length_of_ip_header> && !loads_from<accumulator, length_of_ip_header>);

} // namespace
