// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/classic/assemble.hpp>
#include <bpfxx/classic/disassemble.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/random_filter.hpp"

namespace {

using namespace bpfxx::classic;

struct printed {
    instruction one;
    std::size_t at;
    std::string_view text;
};

// What bpf_image() of libpcap 1.10.3 prints.
// clang-format off: one row per line
constexpr printed table[] = {
    {{0x00, 3, 0, 0x7}, 0, "(000) ld       #0x7"},
    {{0x20, 3, 0, 0xe}, 1, "(001) ld       [14]"},
    {{0x28, 3, 0, 0x800}, 2, "(002) ldh      [2048]"},
    {{0x30, 3, 0, 0xf}, 3, "(003) ldb      [15]"},
    {{0x40, 3, 0, 0x7}, 4, "(004) ld       [x + 7]"},
    {{0x48, 3, 0, 0xe}, 5, "(005) ldh      [x + 14]"},
    {{0x50, 3, 0, 0x800}, 6, "(006) ldb      [x + 2048]"},
    {{0x60, 3, 0, 0xf}, 7, "(007) ld       M[15]"},
    {{0x80, 3, 0, 0x7}, 8, "(008) ld       #pktlen"},
    {{0x01, 3, 0, 0xe}, 9, "(009) ldx      #0xe"},
    {{0x61, 3, 0, 0x800}, 10, "(010) ldx      M[2048]"},
    {{0xb1, 3, 0, 0xf}, 11, "(011) ldxb     4*([15]&0xf)"},
    {{0x02, 3, 0, 0x7}, 12, "(012) st       M[7]"},
    {{0x03, 3, 0, 0xe}, 13, "(013) stx      M[14]"},
    {{0x04, 3, 0, 0x800}, 14, "(014) add      #2048"},
    {{0x0c, 3, 0, 0xf}, 15, "(015) add      x"},
    {{0x14, 3, 0, 0x7}, 16, "(016) sub      #7"},
    {{0x1c, 3, 0, 0xe}, 17, "(017) sub      x"},
    {{0x24, 3, 0, 0x800}, 18, "(018) mul      #2048"},
    {{0x2c, 3, 0, 0xf}, 19, "(019) mul      x"},
    {{0x34, 3, 0, 0x7}, 20, "(020) div      #7"},
    {{0x3c, 3, 0, 0xe}, 21, "(021) div      x"},
    {{0x44, 3, 0, 0x800}, 22, "(022) or       #0x800"},
    {{0x4c, 3, 0, 0xf}, 23, "(023) or       x"},
    {{0x54, 3, 0, 0x7}, 24, "(024) and      #0x7"},
    {{0x5c, 3, 0, 0xe}, 25, "(025) and      x"},
    {{0x64, 3, 0, 0x800}, 26, "(026) lsh      #2048"},
    {{0x6c, 3, 0, 0xf}, 27, "(027) lsh      x"},
    {{0x74, 3, 0, 0x7}, 28, "(028) rsh      #7"},
    {{0x7c, 3, 0, 0xe}, 29, "(029) rsh      x"},
    {{0x84, 3, 0, 0x800}, 30, "(030) neg      "},
    {{0x94, 3, 0, 0xf}, 31, "(031) mod      #15"},
    {{0x9c, 3, 0, 0x7}, 32, "(032) mod      x"},
    {{0xa4, 3, 0, 0xe}, 33, "(033) xor      #0xe"},
    {{0xac, 3, 0, 0x800}, 34, "(034) xor      x"},
    {{0x05, 3, 200, 0xf}, 35, "(035) ja       51"},
    {{0x15, 3, 200, 0x7}, 36, "(036) jeq      #0x7             jt 40\tjf 237"},
    {{0x1d, 3, 200, 0xe}, 37, "(037) jeq      x                jt 41\tjf 238"},
    {{0x25, 3, 200, 0x800}, 38, "(038) jgt      #0x800           jt 42\tjf 239"},
    {{0x2d, 3, 200, 0xf}, 39, "(039) jgt      x                jt 43\tjf 240"},
    {{0x35, 3, 200, 0x7}, 40, "(040) jge      #0x7             jt 44\tjf 241"},
    {{0x3d, 3, 200, 0xe}, 41, "(041) jge      x                jt 45\tjf 242"},
    {{0x45, 3, 200, 0x800}, 42, "(042) jset     #0x800           jt 46\tjf 243"},
    {{0x4d, 3, 200, 0xf}, 43, "(043) jset     x                jt 47\tjf 244"},
    {{0x06, 3, 0, 0x7}, 44, "(044) ret      #7"},
    {{0x16, 3, 0, 0xe}, 45, "(045) ret      "},
    {{0x07, 3, 0, 0x800}, 46, "(046) tax      "},
    {{0x87, 3, 0, 0xf}, 47, "(047) txa      "},
    {{0x0d, 3, 200, 0x7}, 48, "(048) unimp    0xd"},
    {{0x55, 3, 200, 0xe}, 49, "(049) unimp    0x55             jt 53\tjf 250"},
    {{0xff, 3, 0, 0x800}, 50, "(050) unimp    0xff"},
    {{0x115, 3, 200, 0xf}, 51, "(051) unimp    0x115            jt 55\tjf 252"},
    {{0x20, 0, 0, 0xfffff000}, 9, "(009) ld       [proto]"},
    {{0x20, 0, 0, 0xfffff004}, 9, "(009) ld       [type]"},
    {{0x20, 0, 0, 0xfffff008}, 9, "(009) ld       [ifidx]"},
    {{0x20, 0, 0, 0xfffff00c}, 9, "(009) ld       [nla]"},
    {{0x20, 0, 0, 0xfffff010}, 9, "(009) ld       [nlan]"},
    {{0x20, 0, 0, 0xfffff014}, 9, "(009) ld       [mark]"},
    {{0x20, 0, 0, 0xfffff018}, 9, "(009) ld       [queue]"},
    {{0x20, 0, 0, 0xfffff01c}, 9, "(009) ld       [hatype]"},
    {{0x20, 0, 0, 0xfffff020}, 9, "(009) ld       [rxhash]"},
    {{0x20, 0, 0, 0xfffff024}, 9, "(009) ld       [cpu]"},
    {{0x20, 0, 0, 0xfffff028}, 9, "(009) ld       [xor_x]"},
    {{0x20, 0, 0, 0xfffff02c}, 9, "(009) ld       [vlan_tci]"},
    {{0x20, 0, 0, 0xfffff030}, 9, "(009) ld       [vlanp]"},
    {{0x20, 0, 0, 0xfffff034}, 9, "(009) ld       [poff]"},
    {{0x20, 0, 0, 0xfffff038}, 9, "(009) ld       [random]"},
    {{0x20, 0, 0, 0xfffff03c}, 9, "(009) ld       [vlan_tpid]"},
    {{0x30, 0, 0, 0xfffff004}, 1, "(001) ldb      [type]"},
    {{0x28, 0, 0, 0xfff00009}, 999, "(999) ldh      [-1048567]"},
    {{0x40, 0, 0, 0xfffffffe}, 1000, "(1000) ld       [x + -2]"},
    {{0x06, 0, 0, 0xffffffff}, 4095, "(4095) ret      #-1"},
    {{0x04, 0, 0, 0x80000000}, 12, "(012) add      #-2147483648"},
    {{0x20, 0, 0, 0xfffff040}, 2, "(002) ld       [-4032]"},
    {{0x20, 0, 0, 0xfffff001}, 2, "(002) ld       [-4095]"},
    {{0x15, 255, 255, 0xffffffff}, 4095, "(4095) jeq      #0xffffffff      jt 4351\tjf 4351"},
};
// clang-format on

constexpr bool all_printed() {
    for (printed const& one : table)
        if (disassemble(one.one, one.at).view() != one.text) return false;
    return true;
}
static_assert(all_printed());

TEST_CASE("instructions read as tcpdump -d writes them") {
    for (printed const& one : table) CHECK(std::string{disassemble(one.one, one.at).view()} == one.text);
    CHECK(std::string{disassemble({0x30, 0, 0, 23}, 2).c_str()} == "(002) ldb      [23]");
    // an instruction that libpcap does not know
    CHECK(std::string{disassemble(load(x, packet_length), 3).view()} == "(003) ldx      #pktlen");
}

TEST_CASE("a whole filter reads as tcpdump -d tcp writes it") {
    static constexpr auto tcp =
        assemble(load<std::uint16_t>(a, packet + 12), jump_if(a == 0x0800, "ip", "drop"), label("ip"),
                 load<std::uint8_t>(a, packet + 23), jump_if(a == 6, "yes", "drop"), label("yes"), ret(262144),
                 label("drop"), ret(drop));
    std::string text;
    std::size_t at = 0;
    for (auto const& one : tcp.instructions()) text.append(disassemble(one, at++)).append("\n");
    CHECK(text == "(000) ldh      [12]\n"
                  "(001) jeq      #0x800           jt 2\tjf 5\n"
                  "(002) ldb      [23]\n"
                  "(003) jeq      #0x6             jt 4\tjf 5\n"
                  "(004) ret      #262144\n"
                  "(005) ret      #0\n");
}

TEST_CASE("the C form is that of tcpdump -dd") {
    CHECK(c_text({0x28, 0, 0, 12}).view() == "{ 0x28, 0, 0, 0x0000000c },");
    CHECK(c_text({0x6, 0, 0, 0x40000}).view() == "{ 0x6, 0, 0, 0x00040000 },");
    CHECK(c_text({0, 0, 0, 0}).view() == "{ 0x0, 0, 0, 0x00000000 },");
    CHECK(c_text({0xffff, 255, 254, 0xffffffff}).view() == "{ 0xffff, 255, 254, 0xffffffff },");
}

TEST_CASE("the C form is read back, whatever the instruction") {
    tests::classic::random_filter random{7};
    for (int i = 0; i != 20'000; ++i) {
        instruction const one{static_cast<std::uint16_t>(random.value()), static_cast<std::uint8_t>(random.value()),
                              static_cast<std::uint8_t>(random.value()), random.value()};
        CHECK(parse_c_text(c_text(one)) == one);
    }
    for (auto const code : tests::classic::opcodes)
        for (auto const k : tests::classic::edges)
            CHECK(parse_c_text(c_text({code, 1, 2, k})) == instruction{code, 1, 2, k});
}

TEST_CASE("the C form may be written in other ways, but not in any") {
    instruction const one{0x15, 10, 0, 0xabcdef};
    CHECK(parse_c_text("{0x15,10,0,0xabcdef}") == one);
    CHECK(parse_c_text(" \t{ 21 , 0xa , 0X0 , 0XABCDEF } , ") == one);
    CHECK(parse_c_text("{ 65535, 255, 255, 4294967295 }") == instruction{0xffff, 255, 255, 0xffffffff});
    for (auto const wrong : {"",
                             "{",
                             "{}",
                             "{ 1, 2, 3 }",
                             "{ 1, 2, 3, 4, 5 }",
                             "{ 1 2, 3, 4 }",
                             "1, 2, 3, 4",
                             "{ 1, 2, 3, 4",
                             "{ 1, 2, 3, 4 } x",
                             "{ 1, 2, 3, 4 },,",
                             "{ 65536, 0, 0, 0 }",
                             "{ 0, 256, 0, 0 }",
                             "{ 0, 0, 256, 0 }",
                             "{ 0, 0, 0, 4294967296 }",
                             "{ 0, 0, 0, 99999999999999999999999999 }",
                             "{ 0, 0, 0, 0x }",
                             "{ 0, 0, 0, -1 }",
                             "{ 0, 0, 0, a }",
                             "{ 0, , 0, 1 }",
                             "{ 0x1g, 0, 0, 1 }",
                             "{ 18446744073709551617, 0, 0, 0 }"}) {
        CAPTURE(wrong);
        CHECK(parse_c_text(wrong) == std::nullopt);
    }
}

static_assert(parse_c_text("{ 0x28, 0, 0, 0x0000000c },") == instruction{0x28, 0, 0, 12});

} // namespace
