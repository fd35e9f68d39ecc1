// Messages byte by byte, and what becomes of those that do not fit.
#include <bpfxx/netlink/message.hpp>

#include <bpfxx/netlink/reader.hpp>
#include <bpfxx/netlink/wire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bpfxx::netlink;

constexpr link_message device{
    .family = 0x11, .padding = 0, .device_type = 0x2233, .ifindex = 7, .flags = 8, .change = 9};

std::vector<int> bytes_of(byte_view bytes) {
    std::vector<int> found;
    for (auto const byte : bytes) found.push_back(std::to_integer<int>(byte));
    return found;
}

template <class T>
T at(byte_view bytes, std::size_t offset) {
    return *read<T>(bytes.subspan(offset));
}

} // namespace

TEST_CASE("a header, a family's header and attributes, each at a multiple of 4") {
    message<128> request{message_type::set_link, message_flags::replace, device};
    request.put(link_attribute::name, std::uint16_t{0xabcd});
    request.put_text(link_attribute::name, "veth");
    {
        auto const outer = request.nest(link_attribute::xdp);
        request.put(xdp_attribute::descriptor, std::int32_t{-1});
        auto const inner = request.nest(xdp_attribute::attached);
        request.put(xdp_attribute::flags, std::uint8_t{5});
    }
    request.put(link_attribute::information, std::uint32_t{1});
    request.number(0x0102'0304);
    request.add_flags(message_flags::request);

    auto const sent = request.bytes();
    REQUIRE(sent.size() == 16 + 16 + 8 + 12 + (4 + 8 + (4 + 8)) + 8);
    CHECK(at<std::uint32_t>(sent, 0) == sent.size());
    CHECK(at<message_type>(sent, 4) == message_type::set_link);
    CHECK(at<message_flags>(sent, 6) == (message_flags::replace | message_flags::request));
    CHECK(at<std::uint32_t>(sent, 8) == 0x0102'0304);
    CHECK(at<std::uint32_t>(sent, 12) == 0);
    CHECK(std::memcmp(sent.data() + 16, &device, sizeof device) == 0);
    CHECK(at<std::uint16_t>(sent, 32) == 6); // the padding does not count
    CHECK(at<std::uint16_t>(sent, 34) == 3);
    CHECK(at<std::uint16_t>(sent, 36) == 0xabcd);
    CHECK(at<std::uint16_t>(sent, 38) == 0);
    CHECK(at<std::uint16_t>(sent, 40) == 9); // the NUL does
    CHECK(bytes_of(sent.subspan(44, 8)) == std::vector<int>{'v', 'e', 't', 'h', 0, 0, 0, 0});
    CHECK(at<std::uint16_t>(sent, 52) == 24);
    CHECK(at<std::uint16_t>(sent, 54) == (43 | attribute_is_nest));
    CHECK(at<std::int32_t>(sent, 60) == -1);
    CHECK(at<std::uint16_t>(sent, 64) == 12);
    CHECK(at<std::uint16_t>(sent, 66) == (2 | attribute_is_nest));
    CHECK(at<std::uint16_t>(sent, 68) == 5);
    CHECK(at<std::uint32_t>(sent, 76) == 0x0012'0008);
}

TEST_CASE("a message is made while compiling") {
    constexpr auto length = [] {
        message<64> request{message_type::get_link, message_flags::dump, device};
        {
            auto const nest = request.nest(link_attribute::xdp);
            request.put(xdp_attribute::flags, 1U);
        }
        request.put_text(link_attribute::name, "a");
        return request.bytes().size();
    }();
    static_assert(length == 16 + 16 + 4 + 8 + 8);
}

TEST_CASE("numbers of the kernel's headers, which are nameless enumerators") {
    enum : std::uint16_t { foreign = 77 };
    message<64> request{message_type::get_link, message_flags::none, device};
    request.put(foreign, std::uint32_t{5});
    CHECK(at<std::uint16_t>(request.bytes(), 34) == 77);
}

TEST_CASE("what does not fit leaves no message, and nothing is written beyond the buffer") {
    auto const fill = [](auto request, auto put) {
        put(request);
        return request.bytes().size();
    };
    message<48> const start{message_type::get_link, message_flags::none, device};
    std::array<std::byte, 100> const many{};
    CHECK(fill(start, [](auto& request) { request.put(link_attribute::name, std::uint64_t{}); }) == 44);
    CHECK(fill(start, [&](auto& r) { r.put_bytes(link_attribute::name, std::span{many}.first(12)); }) == 48);
    CHECK(fill(start, [&](auto& r) { r.put_bytes(link_attribute::name, std::span{many}.first(13)); }) == 0);
    CHECK(fill(start, [&](auto& r) { r.put_bytes(link_attribute::name, many); }) == 0);
    CHECK(fill(start, [](auto& request) { request.put_text(link_attribute::name, "11 letters!"); }) == 48);
    CHECK(fill(start, [](auto& request) { request.put_text(link_attribute::name, "12 letters!!"); }) == 0);
    CHECK(fill(start, [](auto& request) {
              request.put_text(link_attribute::name, "12 letters!!");
              request.put(link_attribute::name, std::uint8_t{1}); // would fit, but the message has a hole before it
          }) == 0);
    CHECK(fill(start, [](auto& request) {
              auto const outer = request.nest(link_attribute::xdp);
              auto const inner = request.nest(link_attribute::xdp);
              request.put(link_attribute::name, std::uint32_t{});
              auto const innermost = request.nest(link_attribute::xdp);
          }) == 0);
    CHECK(message<16>{message_type::get_link, message_flags::none, device}.bytes().empty());
    CHECK(message<32>{message_type::get_link, message_flags::none, device}.bytes().size() == 32);
    CHECK(message<31>{message_type::get_link, message_flags::none, device}.bytes().empty());
}

TEST_CASE("what is written is read again") {
    message<256> request{message_type::new_filter, message_flags::none, traffic_message{.ifindex = 3, .handle = 4}};
    request.put_text(traffic_attribute::kind, "bpf");
    {
        auto const nest = request.nest(traffic_attribute::options);
        request.put(bpf_filter_attribute::program_id, std::uint32_t{99});
        request.put(bpf_filter_attribute::flags, std::uint16_t{1});
    }
    auto rest = request.bytes();
    auto const view = take_message(rest);
    REQUIRE(view);
    CHECK(rest.empty());
    CHECK(view->header().type == message_type::new_filter);
    CHECK(view->family<traffic_message>()->handle == 4);
    auto const all = view->behind<traffic_message>();
    CHECK(all.text(traffic_attribute::kind) == "bpf");
    CHECK(all.text(traffic_attribute::chain).empty());
    auto const options = all.nested(traffic_attribute::options);
    CHECK(options.get<std::uint32_t>(bpf_filter_attribute::program_id) == 99U);
    CHECK(options.get<std::uint16_t>(bpf_filter_attribute::flags) == std::uint16_t{1});
    CHECK_FALSE(options.get<std::uint32_t>(bpf_filter_attribute::flags)); // two bytes are no four
    CHECK_FALSE(options.get<std::uint32_t>(bpf_filter_attribute::class_id));
    std::vector<int> types;
    for (auto const one : all) types.push_back(one.type());
    CHECK(types == std::vector<int>{1, 2});
}
