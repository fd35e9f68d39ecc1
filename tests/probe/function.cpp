// Functions of binaries by name.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/probe/function.hpp>

#include "elf/image.hpp"
#include "elf/small_object.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace elf_test;
using namespace bpfxx::probe;
using elf::reason;
using elf::symbol_binding;
using elf::symbol_type;

// Nothing of an object that is not linked yet is loaded anywhere.
static_assert(find_function(elf::require(elf::view::parse(small_object)), "count").error().why ==
              reason::address_outside);
static_assert(find_function(elf::require(elf::view::parse(small_object)), "step").error().why ==
              reason::no_such_function);

/// A binary whose bytes from 0x1000 on lie at 0x80 in the file.
struct binary_of {
    bytes file;
    elf::view view;

    explicit binary_of(std::vector<symbol> const& all, std::vector<symbol> const& exported = {}) {
        image made{};
        made.add({".text", elf::section_type::progbits, std::string(256, 'c')});
        if (!all.empty()) add_symbols(made, all);
        if (!exported.empty()) add_symbols(made, exported, true);
        made.segments = {{0x80, 0x1000, 0x100, 0x100}};
        file = made.finish();
        view = elf::require(elf::view::parse(file.data()));
    }

    [[nodiscard]] elf::parsed<bpfxx::probe::function> find(std::string_view name) const {
        return find_function(view, name);
    }
    /// 0 where it fails.
    [[nodiscard]] std::uint64_t offset(std::string_view name) const {
        auto const found = find(name);
        return found ? found->offset : 0;
    }
};

symbol at(std::string name, std::uint64_t value, symbol_binding binding = symbol_binding::global) {
    return {name, value, 16, symbol_type::func, binding};
}

TEST_CASE("function: its offset and size, and distances inside it") {
    binary_of const binary{{at("first", 0x1000), at("second", 0x1010)}, {at("exported", 0x1020)}};
    auto const second = binary.find("second");
    REQUIRE(second);
    CHECK(second->name == "second");
    CHECK(second->offset == 0x90);
    CHECK(second->size == 16);
    CHECK(*second->at(0) == 0x90);
    CHECK(*second->at(15) == 0x9f);
    CHECK(second->at(16).error() == elf::malformed{reason::beyond_function, elf::no_section, 0x90});
    CHECK(second->at(~std::uint64_t{0}).error().why == reason::beyond_function);
    CHECK(binary.offset("exported") == 0xa0);
    CHECK(binary.find("sec").error().why == reason::no_such_function);
    CHECK(binary.find("").error().why == reason::no_such_function);
    bpfxx::probe::function const without_size{.offset = 7};
    CHECK(*without_size.at(0) == 7);
    CHECK_FALSE(without_size.at(1));
}

TEST_CASE("function: only what is defined here, is code and is in the file") {
    symbol undefined = at("undefined", 0x1000), data = at("data", 0x1000), chosen = at("chosen", 0x1000);
    undefined.section = 0;
    data.type = symbol_type::object;
    chosen.type = symbol_type::gnu_ifunc;
    binary_of const binary{{undefined, data, chosen, at("elsewhere", 0x5000)}};
    CHECK(binary.find("undefined").error().why == reason::no_such_function);
    CHECK(binary.find("data").error().why == reason::no_such_function);
    CHECK(binary.find("chosen").error().why == reason::indirect_function);
    CHECK(binary.find("elsewhere").error().why == reason::address_outside);
}

TEST_CASE("function: global before weak before local, and only the last can be ambiguous") {
    using enum symbol_binding;
    binary_of const binary{{at("f", 0x1000, local), at("f", 0x1010, weak), at("f", 0x1020, global),
                            at("g", 0x1030, weak), at("g", 0x1040, local), at("g", 0x1050, local),
                            at("h", 0x1060, local), at("h", 0x1070, local), at("i", 0x1000, local),
                            at("i", 0x1000, local), at("u", 0x1000, local), at("u", 0x1010, gnu_unique)},
                           {at("f", 0x1020, global)}};
    CHECK(binary.offset("f") == 0xa0);
    CHECK(binary.offset("g") == 0xb0);
    CHECK(binary.find("h").error().why == reason::ambiguous_function);
    CHECK(binary.offset("i") == 0x80);
    CHECK(binary.offset("u") == 0x90);
}

TEST_CASE("function: versions behind @ in the names of symbols") {
    binary_of const binary{{at("f@V1", 0x1000), at("f@@V2", 0x1010, symbol_binding::weak), at("f@V0", 0x1020),
                            at("old@V1", 0x1030), at("two@V1", 0x1000), at("two@V2", 0x1010),
                            at("f", 0x1040, symbol_binding::local)}};
    CHECK(binary.offset("f") == 0x90);
    CHECK((*binary.find("f")).name == "f");
    CHECK(binary.offset("f@V1") == 0x80);
    CHECK(binary.offset("f@V2") == 0x90);
    CHECK(binary.offset("f@@V2") == 0x90);
    CHECK(binary.find("f@@V1").error().why == reason::no_such_function);
    CHECK(binary.find("f@V3").error().why == reason::no_such_function);
    CHECK(binary.offset("old") == 0xb0);
    CHECK(binary.find("two").error().why == reason::ambiguous_function);
}

TEST_CASE("function: all that match, each once, in order") {
    symbol chosen = at("mem_chosen", 0x1008);
    chosen.type = symbol_type::gnu_ifunc;
    binary_of const binary{{at("mem_c", 0x1030), at("mem_a", 0x1010), at("alias_of_mem_a", 0x1010),
                            at("mem_b@@V1", 0x1020), at("other", 0x1000), at("mem_far", 0x9000), chosen},
                           {at("mem_a", 0x1010), at("mem_c", 0x1030)}};
    std::uint64_t room[8]{};
    auto const found = find_functions(binary.view, "*mem_?", room);
    REQUIRE(found);
    CHECK(found->stored == 3);
    CHECK(found->room_needed == 3);
    CHECK(room[0] == 0x90);
    CHECK(room[1] == 0xa0);
    CHECK(room[2] == 0xb0);
    CHECK(room[3] == 0);

    // With too little room it says how much is enough.
    auto const few = find_functions(binary.view, "*mem_?", std::span{room}.first(1));
    CHECK(few->stored == 1);
    CHECK(few->room_needed >= 3);
    CHECK(few->room_needed <= 6);
    auto const none = find_functions(binary.view, "mem_b", {});
    CHECK(none->stored == 0);
    CHECK(none->room_needed == 1);
    CHECK((*find_functions(binary.view, "nothing*", room)).room_needed == 0);
}

} // namespace
