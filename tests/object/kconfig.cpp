// What configurations make of variables in .kconfig, against what libbpf 1.1 makes of them: kconfig_types.py notes it.
// SPDX-License-Identifier: BSL-1.0

#include "committed.hpp"

#include <bpfxx/btf/build.hpp>
#include <bpfxx/object/kconfig_type.hpp>
#include <bpfxx/object/kconfig_values.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace object_test;
using object::kconfig_kind;
using object::kconfig_type;
using object::reason;

std::string unescaped(std::string_view text) {
    std::string made;
    for (std::size_t at = 0; at != text.size(); ++at) {
        if (text[at] != '\\') {
            made.push_back(text[at]);
            continue;
        }
        made.push_back(text[++at] == 'n' ? '\n' : '\r');
    }
    return made;
}

/// As kconfig_types.txt has it.
std::string noted(std::string_view contents) {
    std::size_t const first = contents.find_first_not_of('\0');
    if (first == std::string_view::npos) return "zeros";
    std::string text = std::to_string(first) + " ";
    for (std::size_t at = first; at <= contents.find_last_not_of('\0'); ++at) {
        auto const byte = static_cast<unsigned char>(contents[at]);
        text += "0123456789abcdef"[byte / 16];
        text += "0123456789abcdef"[byte % 16];
    }
    return text;
}

/// The variables of the object of every type, and what a configuration makes of them.
struct options : committed {
    explicit options(std::string const& name = "kconfig_types.bpf.o") : committed{name} {
        auto const needs = object::begin_externs(types(), externs(), found);
        REQUIRE(needs);
        REQUIRE(needs->kconfig);
        contents.resize(object::kconfig_size(object::kconfig_section(types())));
    }
    [[nodiscard]] object::kconfig_values values() { return {types(), externs(), found, contents}; }

    std::vector<char> contents;
};

TEST_CASE("object kconfig: every value for every type, as libbpf writes it") {
    std::istringstream lines{read_file(folder() + "kconfig_types.txt")};
    unsigned count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        CAPTURE(line);
        std::size_t const tab = line.rfind('\t');
        std::string const text = unescaped(std::string_view{line}.substr(0, tab));
        options of;
        auto const problem = of.values().read(text);
        CHECK((problem.why == reason::none ? noted({of.contents.data(), of.contents.size()}) : "refused") ==
              line.substr(tab + 1));
    }
    CHECK(count > 900);
}

TEST_CASE("object kconfig: the types of variables") {
    options of;
    auto const type = [&](std::string_view name) {
        return object::kconfig_type_of(of.types(), of.externs()[of.number(name)].type);
    };
    CHECK(type("CONFIG_BOOL") == kconfig_type{kconfig_kind::boolean, false, 1});
    CHECK(type("CONFIG_TRISTATE") == kconfig_type{kconfig_kind::tristate, false, 4});
    CHECK(type("CONFIG_CHAR") == kconfig_type{kconfig_kind::character, true, 1});
    CHECK(type("CONFIG_U8") == kconfig_type{kconfig_kind::character, false, 1});
    CHECK(type("CONFIG_S16") == kconfig_type{kconfig_kind::number, true, 2});
    CHECK(type("CONFIG_U64") == kconfig_type{kconfig_kind::number, false, 8});
    CHECK(type("CONFIG_QUALIFIED") == kconfig_type{kconfig_kind::number, true, 4});
    CHECK(type("CONFIG_TEXT") == kconfig_type{kconfig_kind::text, false, 8});
    CHECK(type("CONFIG_LETTER") == kconfig_type{kconfig_kind::text, false, 1});
}

constexpr auto unusual_types = [] {
    btf::builder<1024, 512> to;
    using btf::linkage;
    auto const integer = to.int_("int", 4, btf::int_encoding::is_signed);
    auto const letter = to.int_("char", 1);
    auto const wide_bool = to.int_("bool4", 4, btf::int_encoding::is_bool);
    auto const huge = to.int_("__int128", 16);
    auto const tristate = to.enum_("libbpf_tristate", 8, {{"TRI_HUGE", 0x1'0000'0000}});
    auto const small = to.enum_("libbpf_tristate", 1, {{"TRI_NO", 0}});
    auto const other = to.enum_("other", 4, {{"OTHER", 0}});
    auto const record = to.struct_("record", 4, {{"member", integer}});
    std::array types{wide_bool,
                     huge,
                     small,
                     other,
                     record,
                     to.ptr(letter),
                     to.array(letter, integer, 0),
                     to.array(integer, integer, 4),
                     to.array(to.array(letter, integer, 2), integer, 2),
                     to.array(other, integer, 2),
                     to.float_("float", 4),
                     btf::void_id,
                     tristate};
    std::array<btf::type_id, types.size()> ids{};
    for (std::size_t at = 0; at != types.size(); ++at) ids[at] = to.var("CONFIG_X", types[at], linkage::extern_);
    struct made {
        decltype(to.finish()) blob;
        std::array<btf::type_id, 13> ids;
    };
    return made{to.finish(), ids};
}();

TEST_CASE("object kconfig: types that no option has") {
    auto const view = btf::view::parse(unusual_types.blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> offsets(view->index_size());
    auto const types = view->index(offsets);
    REQUIRE(types.has_value());
    for (std::size_t at = 0; at + 1 != unusual_types.ids.size(); ++at) {
        CAPTURE(at);
        CHECK(object::kconfig_type_of(*types, unusual_types.ids[at]).kind == kconfig_kind::unsupported);
        object::extern_symbol const one{
            .name = "CONFIG_X", .from = object::extern_source::kconfig, .type = unusual_types.ids[at], .size = 4};
        object::resolved_extern found{.how = object::extern_answer::kconfig};
        std::array<char, 16> contents{};
        object::kconfig_values values{*types, std::span{&one, 1}, std::span{&found, 1}, contents};
        for (std::string_view const line : {"CONFIG_X=y", "CONFIG_X=1", "CONFIG_X=\"text\""}) {
            auto const problem = values.read_line(line);
            CHECK(problem.why == reason::extern_value);
            CHECK(problem.name == "CONFIG_X");
        }
        CHECK(values.set(0, 1).why == reason::extern_value);
        CHECK(contents == std::array<char, 16>{});
    }
    CHECK(object::kconfig_type_of(*types, unusual_types.ids.back()) == kconfig_type{kconfig_kind::tristate, false, 8});
    CHECK(object::kconfig_type_of(*types, btf::void_id).kind == kconfig_kind::unsupported);
}

TEST_CASE("object kconfig: what is wrong is told by name and by line") {
    options of;
    auto values = of.values();
    auto problem = values.read("# a comment\nCONFIG_U8=4\nCONFIG_U16=-1\n");
    CHECK(problem.why == reason::extern_value);
    CHECK(problem.name == "CONFIG_U16");
    CHECK(problem.offset == 24);
    CHECK(of.answer("CONFIG_U8").is_set);
    CHECK_FALSE(of.answer("CONFIG_U16").is_set);
    problem = values.read("\nCONFIG_U32");
    CHECK(problem.why == reason::extern_option_line);
    CHECK(problem.offset == 1);
    // libbpf 1.1 reads on behind a single quotation mark.
    CHECK(values.read("CONFIG_TEXT=\"").why == reason::extern_value);
    CHECK(object::sentence(problem) != object::sentence(object::malformed{reason::extern_value}));
}

TEST_CASE("object kconfig: a symbol of the kernel that is called like an option is none") {
    options of;
    object::extern_symbol one = of.externs()[of.number("CONFIG_U8")];
    one.from = object::extern_source::ksym;
    object::resolved_extern found{};
    object::kconfig_values values{of.types(), std::span{&one, 1}, std::span{&found, 1}, of.contents};
    CHECK(values.read("CONFIG_U8=5").why == reason::none);
    CHECK_FALSE(found.is_set);
    CHECK(of.contents[0] == 0);
}

TEST_CASE("object kconfig: facts go into integers that can hold them") {
    options of;
    auto values = of.values();
    CHECK(values.set(of.number("CONFIG_BOOL"), 1).why == reason::none);
    CHECK(values.set(of.number("CONFIG_U16"), 0x6122c).why == reason::extern_value);
    CHECK(values.set(of.number("CONFIG_U32"), 0x6122c).why == reason::none);
    CHECK(values.set(of.number("CONFIG_TRISTATE"), 1).why == reason::extern_value);
    CHECK(values.set(of.number("CONFIG_TEXT"), 1).why == reason::extern_value);
    CHECK(values.set(of.number("CONFIG_BOOL"), 2).why == reason::extern_value);
    CHECK(of.contents[of.answer("CONFIG_BOOL").place] == 1);
    CHECK(of.answer("CONFIG_U32").is_set);
    CHECK_FALSE(of.answer("CONFIG_U16").is_set);
}

TEST_CASE("object kconfig: complete when every option has a value; others do not count") {
    options of{"kconfig.bpf.o"};
    auto values = of.values();
    CHECK_FALSE(values.is_complete());
    std::string text;
    for (object::extern_symbol const& one : of.externs()) {
        if (!one.name.starts_with("CONFIG_")) continue;
        CHECK_FALSE(values.is_complete());
        auto const kind = object::kconfig_type_of(of.types(), one.type).kind;
        auto const* const value = kind == kconfig_kind::text ? "\"\"" : kind == kconfig_kind::number ? "1" : "y";
        CHECK(values.read_line(std::string{one.name} + "=" + value).why == reason::none);
    }
    CHECK(values.is_complete());
    CHECK_FALSE(of.answer("LINUX_KERNEL_VERSION").is_set);
    // They are not read from a text, whatever it says.
    CHECK(values.read("LINUX_KERNEL_VERSION=5").why == reason::none);
    CHECK_FALSE(of.answer("LINUX_KERNEL_VERSION").is_set);
}

TEST_CASE("object kconfig: nothing is written outside of the contents") {
    options of;
    for (std::size_t size = 0; size != of.contents.size(); ++size) {
        std::vector<char> small(size);
        for (object::extern_symbol const& one : of.externs()) {
            auto& answer = of.found[of.number(one.name)];
            answer.is_set = false;
            object::kconfig_values values{of.types(), of.externs(), of.found, small};
            auto const type = object::kconfig_type_of(of.types(), one.type);
            char const* const value = type.kind == kconfig_kind::text     ? "\"\""
                                      : type.kind == kconfig_kind::number ? "1"
                                                                          : "y";
            auto const problem = values.read_line(std::string{one.name} + "=" + value);
            bool const fits = answer.place + type.size <= size;
            CHECK(problem.why == (fits ? reason::none : reason::storage_too_small));
            CHECK(answer.is_set == fits);
        }
    }
}

TEST_CASE("object kconfig: 20,000 mutations of a configuration") {
    std::string const plain = "CONFIG_BOOL=y\nCONFIG_TRISTATE=m\nCONFIG_S8=-128\n# no\nCONFIG_U64=0xffffffffffffffff\n"
                              "CONFIG_TEXT=\"a text\"\nCONFIG_LETTER=\"x\"\nCONFIG_ODD=\"12345\"\nCONFIG_S16=0777\n";
    std::uint64_t state = 1;
    auto const number = [&](std::size_t limit) {
        state = state * 6364136223846793005 + 1442695040888963407;
        return static_cast<std::size_t>((state >> 33) % limit);
    };
    options of;
    unsigned taken = 0;
    for (unsigned round = 0; round != 20000; ++round) {
        std::string damaged = plain;
        for (std::size_t left = 1 + number(5); left != 0; --left)
            damaged[number(damaged.size())] = "=\"\n-+0x9yYmn \0\xff"[number(15)];
        damaged.resize(number(damaged.size() + 1));
        damaged.shrink_to_fit();
        for (auto& one : of.found) one.is_set = false;
        auto const problem = of.values().read(damaged);
        taken += problem.why == reason::none;
        if (problem.why != reason::none) CHECK(problem.offset < damaged.size());
    }
    CHECK(taken > 1000);
    CHECK(taken < 19000);
}

} // namespace
