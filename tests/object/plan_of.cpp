// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/object/kernel_names.hpp>
#include <bpfxx/object/opened.hpp>
#include <bpfxx/object/plan_of.hpp>
#include <bpfxx/object/relocation_text.hpp>

#include "embedded.hpp"
#include "known_image.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace object_test;

/// An object's plan, made by the compiler.
template <auto const& Bytes>
struct planned {
    using is = known<Bytes>;
    static constexpr auto types = *is::image.from.types.adopt(is::image.type_index);
    static constexpr auto sizes = [] {
        std::array<object::placement, is::image.functions.size()> placements{};
        return object::require(object::measure_plan(is::image, &types, placements));
    }();
    static constexpr auto storage = [] {
        object::static_plan_storage<sizes> made;
        made.fill(is::image, &types);
        return made;
    }();
    static constexpr auto programs = storage.programs_with_code();
    static constexpr object::plan plan = storage.view(is::image, "an_object", &types, programs);
};

constexpr auto const& subprograms = planned<subprograms_object>::plan;
static_assert(subprograms.programs.size() == 3 && subprograms.programs[0].name == "first");
static_assert(subprograms.find_program("third") == 2 && !subprograms.find_program("fourth"));
static_assert(subprograms.programs[1].code.functions.size() == 5);

/// A plan that is made while running, of the same bytes.
template <auto const& Bytes>
void is_the_same_at_run_time() {
    constexpr auto const& while_compiling = planned<Bytes>::plan;
    object::opened opened;
    std::vector<std::byte> bytes(sizeof Bytes - 1);
    std::memcpy(bytes.data(), Bytes, bytes.size());
    REQUIRE(opened.read(bytes, "an_object"));
    auto const& plan = opened.plan();
    CHECK(plan.license == while_compiling.license);
    CHECK(std::ranges::equal(plan.maps, while_compiling.maps));
    CHECK(std::ranges::equal(plan.values, while_compiling.values));
    CHECK(std::ranges::equal(plan.kernel_types, while_compiling.kernel_types));
    REQUIRE(plan.programs.size() == while_compiling.programs.size());
    for (std::size_t at = 0; at != plan.programs.size(); ++at) {
        auto const& one = plan.programs[at];
        auto const& other = while_compiling.programs[at];
        CHECK(one.name == other.name);
        CHECK(one.section_text == other.section_text);
        CHECK(one.section_number == other.section_number);
        CHECK(one.first_instruction == other.first_instruction);
        CHECK(std::ranges::equal(one.code.instructions, other.code.instructions));
        CHECK(std::ranges::equal(one.code.patches, other.code.patches));
        CHECK(one.code.func_infos.size() == other.code.func_infos.size());
        CHECK(one.code.line_infos.size() == other.code.line_infos.size());
    }
}

} // namespace

TEST_CASE("compilers make the plan that is made while running") {
    is_the_same_at_run_time<subprograms_object>();
    is_the_same_at_run_time<callbacks_object>();
    is_the_same_at_run_time<kfuncs_object>();
}

TEST_CASE("a file cut short is refused, or planned from what is there") {
    std::size_t refused = 0;
    for (std::size_t size = 0; size + 1 < sizeof subprograms_object; size += 7) {
        std::vector<std::byte> bytes(size);
        if (size != 0) std::memcpy(bytes.data(), subprograms_object, size);
        object::opened opened;
        refused += opened.read(bytes, "cut") ? 0 : 1;
    }
    CHECK(refused > 100);
}

TEST_CASE("types of the kernel are found by prefix and name, and a blob that is cut is refused") {
    constexpr auto const& from = planned<subprograms_object>::plan.kernel_types;
    std::string_view const blob{from.data(), from.size()};
    std::array wanted{object::wanted_type{bpfxx::btf::kind::func, "fir", "st", {}},
                      object::wanted_type{bpfxx::btf::kind::func, "", "firs", {}},
                      object::wanted_type{bpfxx::btf::kind::struct_, "", "first", {}}};
    auto const end = object::find_types(blob, wanted);
    REQUIRE(end);
    auto const& types = *planned<subprograms_object>::plan.types;
    CHECK(types.type(wanted[0].found).has_name("first"));
    CHECK(wanted[1].found == bpfxx::btf::void_id);
    CHECK(wanted[2].found == bpfxx::btf::void_id);
    CHECK(end->types >= types.view().type_count());
    for (std::size_t size = 0; size != blob.size(); ++size) {
        std::string const cut{blob.substr(0, size)};
        CHECK(!object::find_types(cut, wanted));
    }
}
