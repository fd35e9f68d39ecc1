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
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace object_test;

/// How much room an object's plan needs, asked by the compiler.
template <auto const& Bytes>
struct plan_measured {
    using is = known<Bytes>;
    static constexpr auto types = *is::image.from.types.adopt(is::image.type_index);
    static constexpr auto sizes = [] {
        std::array<object::placement, is::image.functions.size()> placements{};
        return object::require(object::measure_plan(is::image, &types, placements));
    }();
};

/// An object's plan, made by the compiler.
template <auto const& Bytes>
struct planned : plan_measured<Bytes> {
    using typename plan_measured<Bytes>::is;
    using plan_measured<Bytes>::types;
    using plan_measured<Bytes>::sizes;
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

// Functions that several programs have are counted for each; where there are none, the room is for all there is.
template <auto const& Bytes>
constexpr bool has_exact_room =
    planned<Bytes>::sizes.code.instructions == planned<Bytes>::storage.found.code.instructions &&
    planned<Bytes>::sizes.code.line_infos == planned<Bytes>::storage.found.code.line_infos;
static_assert(has_exact_room<subprograms_object> && object::detail::shares_code(known<subprograms_object>::image));
static_assert(has_exact_room<kfuncs_object> && !object::detail::shares_code(known<kfuncs_object>::image));

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

/// Each program of a plan has what linking it alone gives, and of patches those that only a kernel can answer.
template <auto const& Bytes, std::size_t Program>
void is_as_linked_alone() {
    CAPTURE(Program);
    auto const& one = planned<Bytes>::plan.programs[Program];
    auto const& alone = known<Bytes>::template linked<Program>;
    auto const& main = known<Bytes>::image.functions[alone.functions[0].function];
    CHECK(one.first_instruction == main.first);
    CHECK(one.section_number == main.section);
    CHECK(std::ranges::equal(one.code.functions, alone.functions));
    CHECK(one.code.instructions.size() == alone.instructions.size());
    auto const has_bytes_of = [](auto left, auto const& right) {
        return left.size() == right.size() &&
               (left.empty() || std::memcmp(left.data(), right.data(), left.size_bytes()) == 0);
    };
    CHECK(has_bytes_of(one.code.func_infos, alone.func_infos));
    CHECK(has_bytes_of(one.code.line_infos, alone.line_infos));
    CHECK(has_bytes_of(one.code.core_relocations, alone.core_relocations));
    std::vector<object::patch> kept;
    for (object::patch const& each : alone.patches) {
        if (each.kind == object::target_kind::extern_variable || each.kind == object::target_kind::extern_function)
            kept.push_back(each);
    }
    CHECK(std::ranges::equal(one.code.patches, kept));
}

/// A committed object, planned while running.
struct committed_plan {
    explicit committed_plan(std::string const& name) {
        std::ifstream file{BPFXX_TESTS "/object/" + name, std::ios::binary};
        bytes.assign(std::istreambuf_iterator<char>{file}, {});
        REQUIRE(opened.read(std::as_bytes(std::span{bytes}), "it"));
    }
    std::string bytes;
    object::opened opened;
};

} // namespace

TEST_CASE("programs of a plan are what each of them is alone") {
    is_as_linked_alone<subprograms_object, 0>();
    is_as_linked_alone<subprograms_object, 1>();
    is_as_linked_alone<subprograms_object, 2>();
    is_as_linked_alone<callbacks_object, 0>();
    is_as_linked_alone<callbacks_object, 1>();
    is_as_linked_alone<kfuncs_object, 0>();
    is_as_linked_alone<kfuncs_object, 1>();
}

TEST_CASE("a plan knows whether there are jump tables") {
    CHECK(committed_plan{"jump_table.bpf.o"}.opened.plan().has_jump_tables);
    CHECK_FALSE(committed_plan{"maps.bpf.o"}.opened.plan().has_jump_tables);
}

TEST_CASE("plans have room for every initial value, and for none where there cannot be one") {
    CHECK(planned<subprograms_object>::sizes.values == 0);
    for (char const* const name : {"struct_ops.bpf.o", "struct_ops_link.bpf.o", "program_array.bpf.o"}) {
        CAPTURE(name);
        committed_plan const of{name};
        std::size_t const values = of.opened.plan().values.size();
        CHECK(values != 0);
        CHECK(object::detail::most_initial_values(of.opened.image().from.file) == values);
    }
}

TEST_CASE("an object of the other byte order has no plan") {
    object::opened opened;
    std::string_view const bytes{big_endian_object, sizeof big_endian_object - 1};
    auto const read = opened.read(std::as_bytes(std::span{bytes}), "it");
    REQUIRE_FALSE(read);
    CHECK(read.error().problem.why == object::reason::other_byte_order);

    // Not even without its BTF.
    using subject = plan_measured<big_endian_object>;
    object::static_plan_storage<subject::sizes> storage;
    std::array<object::placement, subject::sizes.placements> placements{};
    object::plan_room const room{
        storage.maps, storage.values, storage.programs, storage.sizes, storage.code.room(), placements, {}};
    CHECK(object::fill_plan(subject::is::image, &subject::types, room).error().why == object::reason::other_byte_order);
}

TEST_CASE("room for a plan that is too small, or that leaves out the BTF") {
    using subject = planned<subprograms_object>;
    auto storage = subject::storage;
    std::array<object::placement, subject::sizes.placements> placements{};
    object::plan_room room{storage.maps,        storage.values, storage.programs,    storage.sizes,
                           storage.code.room(), placements,     storage.kernel_types};
    auto const fill = [&] { return object::fill_plan(subject::is::image, &subject::types, room); };
    REQUIRE(fill());
    CHECK(*fill() == subject::storage.found);
    room.programs = std::span{storage.programs}.first(2);
    CHECK(fill().error().why == object::reason::storage_too_small);
    room.programs = storage.programs;
    room.sizes = std::span{storage.sizes}.first(2);
    CHECK(fill().error().why == object::reason::storage_too_small);
    room.sizes = storage.sizes;
    room.kernel_types = {};
    REQUIRE(fill());
    CHECK((*fill()).kernel_types == 0);
}

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
