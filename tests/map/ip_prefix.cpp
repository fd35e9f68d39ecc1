// Prefixes from text and to text, and as keys: all of it while compiling, and compared with the C library at run time.
#include <bpfxx/map/ip_prefix.hpp>
#include <bpfxx/map/lpm_key.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using namespace bpfxx;
using namespace bpfxx::literals;

// What the kernel sees: the length in the machine's order, the address in that of the wire, nothing between or behind.
static_assert(sizeof(ipv4_prefix) == 8 && sizeof(ipv6_prefix) == 20);
static_assert(map_key<ipv4_prefix> && map_key<ipv6_prefix> && std::is_aggregate_v<ipv4_prefix>);

struct two_ports {
    std::array<std::uint8_t, 2> source, target;
};
static_assert(map_key<lpm_key<two_ports>> && lpm_key<two_ports>::address_bits == 32);

static_assert("10.0.0.0/8"_ipv4 == ipv4_prefix{.prefix_bits = 8, .address = {10, 0, 0, 0}});
static_assert("10.1.2.3"_ipv4 == ipv4_prefix::whole({10, 1, 2, 3}));
static_assert("0.0.0.0/0"_ipv4 == ipv4_prefix{});
static_assert("2001:db8::/32"_ipv6 == ipv6_prefix{.prefix_bits = 32, .address = {0x20, 0x01, 0x0d, 0xb8}});
static_assert("10.255.255.255/9"_ipv4.network() == "10.128.0.0/9"_ipv4);
static_assert("10.255.255.255/0"_ipv4.network() == "0.0.0.0/0"_ipv4);
static_assert("10.1.2.3/32"_ipv4.network() == "10.1.2.3"_ipv4);
static_assert("10.1.2.3/31"_ipv4.network() == "10.1.2.2/31"_ipv4);
static_assert("ffff:ffff:ffff::/36"_ipv6.network() == "ffff:ffff:f000::/36"_ipv6);

static_assert(prefix_length<32>::from(32) && !prefix_length<32>::from(33));
static_assert(!std::is_convertible_v<std::uint32_t, void*> && std::is_convertible_v<prefix_length<32>, std::uint32_t>);

TEST_CASE("texts that are no IPv4 prefix") {
    for (
        auto const* const wrong :
        {"",           "/8",         "10",           "10.0.0",      "10.0.0.",     "10.0.0.0.0",  ".10.0.0.0",
         "256.0.0.0",  "10.0.0.0/",  "10.0.0.0/33",  "10.0.0.0/-1", "10.0.0.0/8 ", " 10.0.0.0",   "10.0.0.0/08",
         "010.0.0.0",  "0x10.0.0.0", "10.0.0.0/8/8", "10..0.0",     "a.b.c.d",     "10.0.0.0/+8", "10.0.0.0/4294967304",
         "1000.0.0.0", "::/0"}) {
        CAPTURE(std::string{wrong});
        CHECK_FALSE(parse_ipv4_prefix(wrong));
    }
    CHECK_FALSE(parse_ipv4_prefix(std::string_view{"10.0.0.0\0/8", 11}));
}

TEST_CASE("texts that are no IPv6 prefix") {
    for (auto const* const wrong : {"",
                                    ":",
                                    ":::",
                                    "::1::",
                                    "1",
                                    "1:2:3:4:5:6:7",
                                    "1:2:3:4:5:6:7:8:9",
                                    "1:2:3:4:5:6:7:8:",
                                    ":1:2:3:4:5:6:7:8",
                                    "12345::",
                                    "g::",
                                    "::/129",
                                    "::/",
                                    "::/-1",
                                    "::1/012",
                                    "1:2:3:4:5:6:7:8::",
                                    "::1:2:3:4:5:6:7:8",
                                    "1::2:3:4:5:6:7:8",
                                    "::1.2.3",
                                    "::1.2.3.256",
                                    "1.2.3.4",
                                    "1.2.3.4::",
                                    "::1.2.3.4:5",
                                    "1:2:3:4:5:6:7:1.2.3.4",
                                    "::1%lo",
                                    " ::",
                                    ":: ",
                                    "1:::2",
                                    "::1:",
                                    ":1::"}) {
        CAPTURE(std::string{wrong});
        CHECK_FALSE(parse_ipv6_prefix(wrong));
        in6_addr ignored{};
        if (std::string_view{wrong}.find('/') == std::string_view::npos)
            CHECK(inet_pton(AF_INET6, wrong, &ignored) == 0);
    }
}

TEST_CASE("every form of an IPv6 address is read as the C library reads it") {
    for (auto const* const right : {"::",
                                    "::1",
                                    "1::",
                                    "1:2:3:4:5:6:7:8",
                                    "1::8",
                                    "1:2:3:4:5:6:7::",
                                    "::2:3:4:5:6:7:8",
                                    "1:2::7:8",
                                    "::ffff:1.2.3.4",
                                    "::1.2.3.4",
                                    "1:2:3:4:5:6:1.2.3.4",
                                    "FE80::AbCd",
                                    "0:0:0:0:0:0:0:0",
                                    "0000:0001::0010",
                                    "64:ff9b::10.0.0.1",
                                    "1::1.2.3.4",
                                    "1:2:3:4:5::1.2.3.4",
                                    "::10",
                                    "10::",
                                    "::10:0"}) {
        CAPTURE(std::string{right});
        in6_addr expected{};
        REQUIRE(inet_pton(AF_INET6, right, &expected) == 1);
        auto const read = parse_ipv6_prefix(right);
        REQUIRE(read);
        CHECK(read->prefix_bits == 128);
        CHECK(read->address == to_ipv6_address(expected));
    }
}

TEST_CASE("what is written is read back, and written as the C library writes it") {
    std::mt19937 random{7};
    for (int i = 0; i != 20'000; ++i) {
        ipv6_address address{};
        for (std::size_t at = 0; at != 16; ++at)
            address[at] = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : std::uint8_t{0};
        ipv6_prefix const prefix{*prefix_length<128>::from(static_cast<std::uint32_t>(random() % 129)), address};
        auto const written = text(prefix);
        CHECK(std::strlen(written.c_str()) == written.view().size());
        CHECK(parse_ipv6_prefix(written.view()) == prefix);
        char expected[INET6_ADDRSTRLEN];
        inet_ntop(AF_INET6, address.data(), expected, sizeof expected);
        bool const dotted = std::string_view{expected}.find('.') != std::string_view::npos;
        if (!dotted) CHECK(written.view().substr(0, written.view().find('/')) == expected);

        ipv4_prefix const short_one{*prefix_length<32>::from(static_cast<std::uint32_t>(random() % 33)),
                                    {address[0], address[1], address[2], address[3]}};
        CHECK(parse_ipv4_prefix(text(short_one).view()) == short_one);
    }
    CHECK(text("10.0.0.0/8"_ipv4).view() == "10.0.0.0/8");
    CHECK(text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"_ipv6).view() == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
    CHECK(text("::/0"_ipv6).view() == "::/0");
    CHECK(text("1:0:0:2:0:0:0:3"_ipv6).view() == "1:0:0:2::3/128");
}

TEST_CASE("addresses of the sockets interface") {
    in_addr const loopback{.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(ipv4_prefix::whole(to_ipv4_address(loopback)) == "127.0.0.1"_ipv4);
    CHECK(ipv6_prefix::whole(to_ipv6_address(in6addr_loopback)) == "::1"_ipv6);
}

} // namespace
