// SPDX-License-Identifier: BSL-1.0

#include "blob.hpp"
#include "running_kernel.hpp"

#include <bpfxx/btf/find.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::kind;
using btf::type_id;
using namespace btf_test;

static_assert(std::forward_iterator<btf::match_range::iterator>);

template <class View>
concept lends_matches = requires(View view) { find(static_cast<View&&>(view), kind::struct_, "x"); } ||
                        requires(View view) { find_all(static_cast<View&&>(view), kind::struct_, "x"); } ||
                        requires(View view) { find_enumerator(static_cast<View&&>(view), "X"); };
static_assert(lends_matches<btf::view const&> && !lends_matches<btf::view>);

template <std::endian Order>
constexpr bool finds_in_sample() {
    constexpr btf::view const& view = sample<Order>::view;
    static_assert(find(view, kind::struct_, "outer")->id() == type_id{5});
    static_assert(find(view, kind::enum64, "wide")->id() == type_id{21});
    static_assert(find(view, kind::struct_, "pair")->id() == type_id{7}, "the first of two");
    static_assert(find(view, kind::union_, "")->id() == type_id{6});
    static_assert(!find(view, kind::union_, "outer") && !find(view, kind::struct_, "oute") &&
                  !find(view, kind::int_, ""));

    static_assert(find_enumerator(view, "GREEN")->value() == 7 && !find_enumerator(view, "BLUE"));
    static_assert(find_enumerator(view, "SMALL")->value() == 2);
    static_assert(find_enumerator(sample<Order>::type(8), "RED")->value() == -1);
    static_assert(!find_enumerator(sample<Order>::type(8), "SMALL") && !find_enumerator(sample<Order>::type(5), "RED"));
    static_assert(find_member(sample<Order>::type(7), "right")->bit_offset() == 32);
    static_assert(!find_member(sample<Order>::type(5), "whole") && !find_member(sample<Order>::type(8), "RED"));

    std::uint32_t sum = 0;
    for (btf::type const match : find_all(view, kind::struct_, "pair")) sum = 100 * sum + number(match.id());
    for (btf::type const match : find_all(view, kind::struct_, "absent")) sum += number(match.id());
    return sum == 724;
}
static_assert(finds_in_sample<std::endian::little>() && finds_in_sample<std::endian::big>());

template <std::endian Order>
constexpr bool answers_many() {
    std::array<btf::query, 8> queries{{
        {kind::struct_, "pair"},
        {kind::typedef_, "egg"},
        {kind::struct_, "egg"},
        {kind::enum_, "color"},
        {kind::ptr, ""},
        {kind::struct_, "pair", type_id{3}},
        {kind::func, "w"},
        {kind::func, "work"},
    }};
    std::size_t const answered = find(sample<Order>::view, queries);
    constexpr std::array<std::uint32_t, 8> expected{7, 23, 0, 8, 3, 7, 0, 15};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (number(queries[i].found) != expected[i]) return false;
    }
    return answered == 6 && find(sample<Order>::view, std::span<btf::query>{}) == 0;
}
static_assert(answers_many<std::endian::little>() && answers_many<std::endian::big>());

TEST_CASE("btf find: a walk at run time finds what it finds while compiling") {
    CHECK(finds_in_sample<std::endian::native>());
    CHECK(answers_many<std::endian::little>());
    CHECK(answers_many<std::endian::big>());
}

TEST_CASE("btf find: types of the running kernel") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(no_kernel_btf);

    auto const insn = find(kernel->view(), kind::struct_, "bpf_insn");
    REQUIRE(insn);
    CHECK(insn->size() == 8);
    REQUIRE(insn->members().size() == 5);
    struct row {
        char const* name;
        std::uint32_t offset, width;
    };
    std::uint32_t position = 0;
    for (row const& expected :
         {row{"code", 0, 0}, {"dst_reg", 8, 4}, {"src_reg", 12, 4}, {"off", 16, 0}, {"imm", 32, 0}}) {
        btf::member const member = *insn->members().at(position++);
        CHECK(member.name() == expected.name);
        CHECK(member.bit_offset() == expected.offset);
        CHECK(member.bitfield_width() == expected.width);
    }

    auto const command = find(kernel->view(), kind::enum_, "bpf_cmd");
    REQUIRE(command);
    CHECK(command->size() == 4);
    CHECK(find_enumerator(*command, "BPF_MAP_CREATE")->value() == 0);
    CHECK(find_enumerator(*command, "BPF_PROG_TEST_RUN")->value() == 10);
    CHECK(find_enumerator(*command, "BPF_LINK_CREATE")->value() == 28);
    CHECK_FALSE(find_enumerator(*command, "BPF_MAP_TYPE_HASH"));
    CHECK(find_enumerator(kernel->view(), "BPF_MAP_TYPE_HASH")->value() == 1);

    auto const attr = find(kernel->view(), kind::union_, "bpf_attr");
    REQUIRE(attr);
    CHECK_FALSE(find(kernel->view(), kind::struct_, "bpf_attr"));
    CHECK_FALSE(find(kernel->view(), kind::struct_, "no such struct"));
    CHECK(std::distance(find_all(kernel->view(), kind::union_, "bpf_attr").begin(),
                        find_all(kernel->view(), kind::union_, "bpf_attr").end()) == 1);
    REQUIRE(find(kernel->view(), kind::func, "schedule"));
    CHECK(find(kernel->view(), kind::int_, "unsigned int")->integer()->bit_width == 32);
}

TEST_CASE("btf find: many answers in one walk are those of many walks") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(no_kernel_btf);

    std::vector<std::string> names;
    std::vector<kind> kinds;
    for (btf::type const type : kernel->view().types()) {
        if (number(type.id()) % 1999 == 0 && !type.name().empty()) {
            names.emplace_back(type.name());
            kinds.push_back(type.kind());
        }
    }
    std::vector<btf::query> queries;
    for (std::size_t i = 0; i < names.size(); ++i) queries.push_back({kinds[i], names[i]});
    queries.push_back({kind::struct_, "no such struct"});
    CHECK(find(kernel->view(), queries) == names.size());
    for (btf::query const& asked : queries) {
        CAPTURE(asked.name);
        auto const alone = find(kernel->view(), asked.kind, asked.name);
        CHECK(asked.found == (alone ? alone->id() : btf::void_id));
    }
}

} // namespace
