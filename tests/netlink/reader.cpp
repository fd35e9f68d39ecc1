// Messages that are cut, that lie about their lengths, and that are random: nothing outside them is read, which the
// address sanitizer sees, as each lies in memory of exactly its size.
#include <bpfxx/netlink/reader.hpp>

#include <bpfxx/netlink/answer.hpp>
#include <bpfxx/netlink/filter.hpp>
#include <bpfxx/netlink/message.hpp>
#include <bpfxx/netlink/route.hpp>
#include <bpfxx/netlink/xdp.hpp>
#include <bpfxx/result.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace bpfxx;
using namespace bpfxx::netlink;

using exact = std::vector<std::byte>;

template <class... Value>
exact raw(Value const&... values) {
    exact made;
    (
        [&](auto const& value) {
            auto const* const start = reinterpret_cast<std::byte const*>(&value);
            made.insert(made.end(), start, start + sizeof value);
        }(values),
        ...);
    return made;
}

template <std::size_t Capacity>
exact copy(message<Capacity>& request) {
    auto const bytes = request.bytes();
    return {bytes.begin(), bytes.end()};
}

message_view view(exact const& bytes) {
    byte_view rest = bytes;
    return take_message(rest).value();
}

/// The nests close where the function ends, so the bytes are taken outside.
template <class Fill>
exact filled(message_type type, auto const& family, Fill fill) {
    message<512> told{type, message_flags::none, family};
    fill(told);
    return copy(told);
}

exact a_filter(std::string_view kind = "bpf", std::uint32_t handle = 4) {
    traffic_message const place{
        .ifindex = 3, .handle = handle, .information = filter_information(0x1234, ether_type::ipv6)};
    return filled(message_type::new_filter, place, [&](auto& told) {
        enum class position : std::uint16_t { first = 1, second = 2 };
        told.put_text(traffic_attribute::kind, kind);
        auto const options = told.nest(traffic_attribute::options);
        told.put(bpf_filter_attribute::program_id, std::uint32_t{99});
        told.put(bpf_filter_attribute::flags, std::uint32_t{1});
        auto const actions = told.nest(bpf_filter_attribute::action);
        for (auto const which : {position::first, position::second}) {
            auto const action = told.nest(which);
            told.put_text(action_attribute::kind, which == position::first ? "gact" : "bpf");
            auto const nest = told.nest(action_attribute::options);
            told.put(bpf_action_attribute::program_id, which == position::first ? 55U : 77U);
        }
    });
}

exact a_device() {
    return filled(message_type::new_link, link_message{.ifindex = 3}, [](auto& told) {
        told.put_text(link_attribute::name, "eth0");
        auto const nest = told.nest(link_attribute::xdp);
        told.put(xdp_attribute::attached, std::uint8_t{4});
        told.put(xdp_attribute::native_program_id, 11U);
        told.put(xdp_attribute::generic_program_id, 12U);
        told.put(xdp_attribute::hardware_program_id, 13U);
    });
}

route_mark const mark{program_id{12}, 4711};

exact a_route(route_program runs, route_mark const& marked = mark) {
    using namespace bpfxx::literals;
    program_route const route{"fd00::/16"_ipv6, interface_index{3}, {}, 5, 6, false, runs, 14};
    auto request = make_route_request(message_type::new_route, message_flags::none, route, 9, marked);
    return copy(request);
}

/// Reads everything that there is to read.
std::size_t read_all(byte_view bytes) {
    std::size_t seen = 0;
    auto rest = bytes;
    while (auto const message = take_message(rest)) {
        for (auto const outer : attributes{message->payload()}) {
            seen += outer.payload().size() + outer.text().size();
            for (auto const inner : outer.nested()) seen += inner.text().size() + inner.as<std::uint64_t>().value_or(0);
        }
        if (auto const said = read_acknowledgement(*message)) seen += sentence{said->text}.view().size();
        if (auto const filter = read_filter(*message)) seen += filter->handle;
        if (auto const programs = read_xdp(*message)) seen += programs->native.has_value() ? 1U : 0U;
        seen += is_marked(*message, mark) ? 1U : 0U;
    }
    return seen;
}

exact acknowledgement_of(std::int32_t code, message_flags flags, std::uint32_t asked_length, exact const& behind) {
    auto const size = 16 + 4 + 16 + behind.size();
    auto made = raw(message_header{static_cast<std::uint32_t>(size), message_type::error, flags, 1, 2}, code,
                    message_header{.length = asked_length});
    made.insert(made.end(), behind.begin(), behind.end());
    return made;
}

exact text_attribute(std::string_view text) {
    auto made = raw(attribute_header{static_cast<std::uint16_t>(4 + text.size()), 1});
    for (char const c : text) made.push_back(static_cast<std::byte>(c));
    return made;
}

} // namespace

TEST_CASE("messages in one datagram, and what makes the next one no message") {
    auto two = raw(message_header{18, message_type::noop, {}, 1, 2}, std::uint32_t{5},
                   message_header{16, message_type::done, {}, 3, 4});
    byte_view rest = two;
    auto const first = take_message(rest);
    REQUIRE(first);
    CHECK(first->payload().size() == 2);
    CHECK(rest.size() == 16);
    auto const second = take_message(rest);
    REQUIRE(second);
    CHECK(second->header().sequence == 3);
    CHECK(rest.empty());
    CHECK_FALSE(take_message(rest));

    for (std::uint32_t const length : {0U, 15U, 17U, 0xffff'ffffU, 0x8000'0000U}) {
        auto const alone = raw(message_header{length, message_type::done, {}, 1, 2});
        rest = alone;
        CHECK_FALSE(take_message(rest));
        CHECK(rest.size() == 16); // as it was
    }
    // The last one need not be padded.
    auto odd = raw(message_header{17, message_type::done, {}, 1, 2}, std::uint8_t{1});
    rest = odd;
    REQUIRE(take_message(rest));
    CHECK(rest.empty());
}

TEST_CASE("attributes end where no whole one follows") {
    auto const count = [](exact const& bytes) {
        int found = 0;
        for ([[maybe_unused]] auto const one : attributes{bytes}) ++found;
        return found;
    };
    auto const good = raw(attribute_header{5, 1}, std::uint32_t{7});
    auto const with = [&](auto const&... more) {
        auto bytes = good;
        auto const behind = raw(more...);
        bytes.insert(bytes.end(), behind.begin(), behind.end());
        return bytes;
    };
    CHECK(count({}) == 0);
    CHECK(count(good) == 1);
    CHECK(count(with(attribute_header{4, 2})) == 2);
    for (std::uint16_t const length : std::initializer_list<std::uint16_t>{0, 1, 3, 5, 0xffff})
        CHECK(count(with(attribute_header{length, 2})) == 1);
    CHECK(count(with(std::uint16_t{4})) == 1);
    CHECK(count(with(attribute_header{5, 2}, std::uint8_t{1})) == 2); // the last one need not be padded

    attributes const marked{good};
    auto const swapped = raw(attribute_header{8, static_cast<std::uint16_t>(0xc000 | 9)}, std::uint32_t{7});
    CHECK((*attributes{swapped}.begin()).type() == 9);
    CHECK((*marked.begin()).text() == "\x07");
    CHECK_FALSE((*marked.begin()).as<std::uint16_t>());
    CHECK((*marked.begin()).as<std::uint8_t>() == std::uint8_t{7});
}

TEST_CASE("the kernel's words behind an acknowledgement, with what was asked and without") {
    auto const words = text_attribute("no such thing");
    using flags = message_flags;
    auto const read_it = [](exact const& bytes) { return read_acknowledgement(view(bytes)).value(); };
    CHECK(read_it(acknowledgement_of(-2, flags::capped | flags::has_attributes, 99, words)).text == "no such thing");
    CHECK(read_it(acknowledgement_of(-2, flags::capped | flags::has_attributes, 99, words)).code == -2);
    CHECK(read_it(acknowledgement_of(0, flags::capped, 99, words)).text.empty());
    CHECK(read_it(acknowledgement_of(-2, flags::has_attributes, 16, words)).text == "no such thing");
    auto asked = raw(std::uint64_t{1});
    asked.insert(asked.end(), words.begin(), words.end());
    CHECK(read_it(acknowledgement_of(-2, flags::has_attributes, 24, asked)).text == "no such thing");
    CHECK(read_it(acknowledgement_of(-2, flags::has_attributes, 21, asked)).text == "no such thing");
    for (std::uint32_t const length : {1000U, 0xffff'ffffU, 0xffff'fff0U}) {
        auto const lying = acknowledgement_of(-2, flags::has_attributes, length, words);
        CHECK(read_it(lying).code == -2);
        CHECK(read_it(lying).text.empty());
    }
    CHECK(read_it(raw(message_header{20, message_type::error, flags::has_attributes, 1, 2}, -7)).code == -7);
    CHECK_FALSE(read_acknowledgement(view(raw(message_header{18, message_type::error, {}, 1, 2}, std::uint32_t{}))));

    auto done = raw(message_header{0, message_type::done, flags::has_attributes | flags::multi, 1, 2}, -5);
    done.insert(done.end(), words.begin(), words.end());
    auto const size = static_cast<std::uint32_t>(done.size());
    std::memcpy(done.data(), &size, sizeof size);
    CHECK(read_it(done).code == -5);
    CHECK(read_it(done).text == "no such thing");
}

TEST_CASE("a sentence is kept up to 255 characters, and a refusal is an error") {
    std::string const longer(300, 'x');
    CHECK(sentence{longer}.view() == std::string(255, 'x'));
    CHECK(std::strlen(sentence{longer}.c_str()) == 255);
    CHECK(sentence{}.empty());
    CHECK_FALSE(sentence{"a"}.empty());
    refusal const why{{errc::eexist, command::send_message}, sentence{"it is there"}};
    error const plain = why;
    CHECK(plain == error{errc::eexist, command::send_message});
    CHECK(describe(why).view() == "send: EEXIST (file exists)");
    auto const through = [&]() -> result<int> {
        BOOST_OUTCOME_TRY((result_with<int, refusal>{why}));
        return 1;
    };
    CHECK(through().error() == plain);
}

TEST_CASE("a filter, of its kind only") {
    auto const filter = read_filter(view(a_filter()));
    REQUIRE(filter);
    CHECK(filter->handle == 4);
    CHECK(filter->priority == 0x1234);
    CHECK(filter->protocol == ether_type::ipv6);
    CHECK(filter->program == program_id{99});
    CHECK(filter->direct_action);
    CHECK(filter->action == program_id{77});
    CHECK_FALSE(read_filter(view(a_filter("flower"))));
    CHECK_FALSE(read_filter(view(a_filter("bp"))));
    CHECK_FALSE(read_filter(view(a_filter("bpf", 0)))); // the priority alone
    auto other = a_filter();
    auto const deleted = message_type::delete_filter;
    std::memcpy(other.data() + 4, &deleted, sizeof deleted);
    CHECK_FALSE(read_filter(view(other)));
    CHECK_FALSE(read_filter(view(raw(message_header{20, message_type::new_filter, {}, 1, 2}, std::uint32_t{}))));
}

TEST_CASE("a device's XDP programs") {
    auto const programs = read_xdp(view(a_device()));
    REQUIRE(programs);
    CHECK(programs->attached == xdp_attached::several);
    CHECK(programs->native == program_id{11});
    CHECK(programs->generic == program_id{12});
    CHECK(programs->hardware == program_id{13});
    auto const bare = read_xdp(view(filled(message_type::new_link, link_message{}, [](auto&) {})));
    REQUIRE(bare);
    CHECK(bare->attached == xdp_attached::none);
    CHECK_FALSE(bare->native);
    CHECK_FALSE(read_xdp(view(a_filter())));
    CHECK_FALSE(read_xdp(view(raw(message_header{16, message_type::new_link, {}, 1, 2}))));
}

TEST_CASE("a route is known by the name of its program") {
    CHECK(mark.view() == "id 12 by 4711");
    CHECK(route_mark{program_id{0xffff'ffff}, 0xffff'ffff}.view() == "id 4294967295 by 4294967295");
    for (auto const runs :
         {route_program::lwt_in, route_program::lwt_out, route_program::lwt_xmit, route_program::seg6_local}) {
        CHECK(is_marked(view(a_route(runs)), mark));
        CHECK_FALSE(is_marked(view(a_route(runs)), route_mark{program_id{12}, 471}));
        CHECK_FALSE(is_marked(view(a_route(runs, route_mark{program_id{12}, 471})), mark));
    }
    CHECK_FALSE(is_marked(view(a_filter()), mark));
}

TEST_CASE("cut anywhere, a message is read as far as it goes") {
    for (auto const& whole :
         {a_filter(), a_device(), a_route(route_program::lwt_xmit), a_route(route_program::seg6_local),
          acknowledgement_of(-2, message_flags::has_attributes, 16, text_attribute("words"))})
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            exact cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            read_all(cut);
            if (size < 16) continue;
            auto const told = static_cast<std::uint32_t>(size); // and says so itself
            std::memcpy(cut.data(), &told, sizeof told);
            read_all(cut);
        }
}

TEST_CASE("random bytes, and sound messages with some bytes changed") {
    std::mt19937 random{4711};
    auto const below = [&](std::size_t bound) { return random() % bound; };
    std::vector<exact> const sound{a_filter(), a_device(), a_route(route_program::lwt_in),
                                   acknowledgement_of(-2, message_flags::has_attributes, 16, text_attribute("words"))};
    std::size_t seen = 0;
    for (int round = 0; round != 40'000; ++round) {
        exact bytes = sound[below(sound.size())];
        if (round % 4 == 0) bytes.resize(below(bytes.size() + 1));
        for (auto changes = below(6); changes-- != 0 && !bytes.empty();)
            bytes[below(bytes.size())] = static_cast<std::byte>(random());
        if (bytes.size() >= 4 && round % 2 == 0) {
            auto const told = static_cast<std::uint32_t>(bytes.size());
            std::memcpy(bytes.data(), &told, sizeof told);
        }
        bytes.shrink_to_fit();
        seen += read_all(bytes);
    }
    CHECK(seen != 0);
}
