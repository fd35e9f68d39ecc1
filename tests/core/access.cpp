// SPDX-License-Identifier: BSL-1.0

#include "types.hpp"

#include <bpfxx/core/access.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace core_test;
using core::read_access;
using core::subject;
using enum core_relo_kind;

static_assert(core::subject_of(field_rshift_u64) == subject::field && core::subject_of(type_matches) == subject::type);
static_assert(core::subject_of(enumval_value) == subject::enumerator &&
              core::subject_of(core_relo_kind{13}) == subject::none);

constexpr reason why(std::uint32_t type, std::string_view text, core_relo_kind kind = field_byte_offset) {
    return read_access(local, ask(type, text, kind)).error().why;
}

constexpr bool reads_steps() {
    auto const plain = read_access(local, ask(5, "0:1", field_byte_offset));
    if (!plain || plain->count != 2 || plain->steps[1].name != "pointer" || plain->bit_offset != 64) return false;
    if (plain->steps[0].type != btf::type_id{5} || plain->steps[1].type != btf::type_id{5}) return false;
    // What lies in an anonymous union counts as the outer struct's.
    auto const inner = read_access(local, ask(10, "0:2:1", field_exists));
    if (!inner || inner->count != 2 || inner->steps[1].name != "right" || inner->bit_offset != 128) return false;
    auto const element = read_access(local, ask(9, "0:3:3", field_byte_size));
    if (!element || element->count != 3 || element->steps[2].index != 3 || element->bit_offset != 256) return false;
    auto const next = read_access(local, ask(5, "1:0", field_byte_offset));
    return next && next->bit_offset == 48 * 8 && next->steps[0].index == 1;
}
static_assert(reads_steps());

static_assert(why(5, "0", type_exists) == reason::none && why(5, "0:1", type_exists) == reason::access_text);
static_assert(why(8, "0", enumval_value) == reason::none && why(8, "1:0", enumval_value) == reason::access_text);
static_assert(why(5, "0", enumval_value) == reason::access_no_enumerator);
static_assert(why(8, "0:0") == reason::access_no_composite && why(5, "0:9") == reason::access_no_member);
static_assert(why(5, "0:2:2") == reason::access_no_member);
static_assert(why(5, "0:6:2") == reason::access_no_element, "only the last member goes on past its end");
static_assert(why(5, "") == reason::access_text && why(5, "elsewhere") == reason::access_outside);
static_assert(why(18, "0") == reason::no_such_type && why(14, "0") == reason::no_size);
static_assert(why(12, "0") == reason::chain_too_long && why(5, "0", core_relo_kind{13}) == reason::unknown_kind);

/// An access string of any kind, to a struct of one member that is an array of arrays without end.
reason why_of(std::string const& text, core_relo_kind kind = field_byte_offset) {
    blob_builder out{std::endian::native};
    out.record("int", make_info(kind::int_), 4); // 1
    out.words({0x0100'0020});
    out.record("", make_info(kind::array), 0); // 2: of itself
    out.words({2, 1, 4});
    out.record("holder", make_info(kind::struct_, 2), 4); // 3
    out.named("numbers", 4, 0);
    out.named("deep", 3, 0);
    out.record("", make_info(kind::array), 0); // 4
    out.words({1, 1, 0x1000'0000});
    std::uint32_t const at = out.string(text);
    auto const blob = out.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> offsets(view->index_size());
    return read_access(*view->index(offsets), {0, 3, at, kind}).error().why;
}

TEST_CASE("core access: what is no row of numbers") {
    for (char const* text :
         {"0:", ":0", "0::1", "0:x", "0 :1", " 0", "-1", "0:-1", "+0", "0;1", "4294967296", "0:0x1"}) {
        CAPTURE(text);
        CHECK(why_of(text) == reason::access_text);
    }
    CHECK(why_of("0:0:3") == reason::none);
    CHECK(why_of("00:1") == reason::none);
    CHECK(why_of("0", type_size) == reason::none);
    CHECK(why_of("00", type_size) == reason::access_text);
    CHECK(why_of("2147483648") == reason::access_text);
}

TEST_CASE("core access: steps and offsets have an end") {
    std::string text = "0";
    for (int step = 1; step < 64; ++step) text += ":1";
    CHECK(why_of(text) == reason::none);
    CHECK(why_of(text + ":1") == reason::access_too_long);
    CHECK(why_of("0:0:134217727") == reason::none);
    CHECK(why_of("0:0:134217728") == reason::too_far);
    CHECK(why_of("0:0:268435456") == reason::access_no_element);
    CHECK(why_of("2147483647") == reason::too_far);
}

} // namespace
