// The BTF of an object as the kernel takes it: sections completed, what is extern replaced, kinds rewritten.
// SPDX-License-Identifier: BSL-1.0

#include "../btf/blob.hpp"
#include "kernel_sample.hpp"
#include "made_object.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/for_kernel.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/object/kernel_types.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace object_test;
using btf::kernel_features;
using btf::kind;
using object::reason;

/// What was written, and read back.
struct written {
    object::malformed problem{};
    std::vector<char> storage{};
    btf::view types{};
    std::vector<std::uint32_t> offsets{};

    explicit written(bytes const& file, kernel_features const& features = {}) {
        opened const from{file};
        REQUIRE(from.valid());
        storage.resize(object::kernel_types_size(from.types()));
        auto const size = object::write_kernel_types(from.file(), features, storage);
        problem = size.error();
        if (!size) return;
        REQUIRE(*size <= storage.size());
        auto const parsed = btf::view::parse(std::string_view{storage.data(), *size});
        REQUIRE(parsed);
        types = *parsed;
        offsets.resize(types.index_size());
        std::vector<char> less(storage.size() - 1);
        CHECK(object::write_kernel_types(from.file(), features, less).error().why == reason::storage_too_small);
    }
    written(written const&) = delete;
    written& operator=(written const&) = delete;

    [[nodiscard]] btf::type operator[](btf::type_id id) { return types.index(offsets)->type(id); }
    [[nodiscard]] btf::type find(kind what, std::string_view name) {
        auto const found = btf::find(types, what, name);
        CAPTURE(name);
        REQUIRE(found);
        return *found;
    }
    /// Name, offset and size of each variable of a section.
    [[nodiscard]] std::vector<std::string> variables(std::string_view section) {
        std::vector<std::string> made;
        for (auto const each : find(kind::datasec, section).variables())
            made.push_back(std::string{(*this)[each.type()].name()} + "@" + std::to_string(each.offset()) + "+" +
                           std::to_string(each.size()));
        return made;
    }
};

using lines = std::vector<std::string>;

TEST_CASE("kernel types: sizes and places of data sections come from the symbols") {
    written out{kernel_sample()};
    INFO(object::sentence(out.problem));
    REQUIRE(out.problem.why == reason::none);
    CHECK(out.find(kind::datasec, ".data").size() == 24);
    CHECK(out.variables(".data") == lines{"own@0+4", "second@8+4", "first@16+8"});
    CHECK(out.find(kind::var, "own").linkage() == btf::linkage::static_);
    CHECK(out.find(kind::var, "first").linkage() == btf::linkage::global);
    CHECK(out.find(kind::var, "second").linkage() == btf::linkage::static_); // hidden
    // A section that is linked already keeps what BTF says, but for what is hidden.
    CHECK(out.find(kind::datasec, ".linked").size() == 16);
    CHECK(out.variables(".linked") == lines{"linked_two@0+4", "linked@4+4"});
    CHECK(out.find(kind::var, "linked").linkage() == btf::linkage::static_);
    CHECK(out.find(kind::var, "linked_two").linkage() == btf::linkage::global);
}

TEST_CASE("kernel types: what is extern becomes the object's own") {
    written out{kernel_sample()};
    CHECK(out.variables(".kconfig") == lines{"CONFIG_WIDE@0+8", "CONFIG_A@8+4", "CONFIG_B@12+4", "CONFIG_TEXT@16+9"});
    CHECK(out.find(kind::datasec, ".kconfig").size() == 25);
    CHECK(out.find(kind::var, "CONFIG_A").linkage() == btf::linkage::global);

    CHECK(out.variables(".ksyms") == lines{"runqueues@0+4", "dummy_ksym@4+4", "dummy_ksym@8+4"});
    CHECK(out.find(kind::datasec, ".ksyms").size() == 12);
    CHECK(out.find(kind::var, "runqueues").linkage() == btf::linkage::global);
    auto const integer = out[out.find(kind::var, "runqueues").referenced()];
    CHECK(integer.kind() == kind::int_);
    CHECK(integer.integer()->bit_width == 32);
    auto const stand_in = out.find(kind::var, "dummy_ksym");
    CHECK(stand_in.linkage() == btf::linkage::global);
    CHECK(stand_in.referenced() == integer.id());
    CHECK(btf::number(stand_in.id()) == out.types.type_count());
    for (char const* name : {"bpf_kfunc", "bpf_other"}) {
        auto const function = out.find(kind::func, name);
        CHECK(function.linkage() == btf::linkage::global);
        for (auto const parameter : out[function.referenced()].parameters())
            CHECK((parameter.is_variadic() || !parameter.name().empty()));
    }
    CHECK(out[out.find(kind::func, "bpf_kfunc").referenced()].parameters().at(0)->name() == "named");
    CHECK(out[out.find(kind::func, "bpf_kfunc").referenced()].parameters().at(1)->name() == "dummy_ksym");
}

TEST_CASE("kernel types: an int is added where there is none") {
    btf::builder<> to;
    auto const wide = to.int_("long long", 8);
    to.datasec(".ksyms", 0, {{to.var("symbol", wide, btf::linkage::extern_), 0, 8}});
    object_maker made;
    made.types(to);
    written out{made.finish()};
    auto const integer = out[out.find(kind::var, "symbol").referenced()];
    CHECK(integer.name() == "int");
    CHECK(integer.size() == 4);
    CHECK(integer.is_signed());
    CHECK(integer.integer()->bit_width == 32);
    CHECK(out.types.type_count() == 4);
}

TEST_CASE("kernel types: hidden subprograms are static, programs and others stay") {
    written out{kernel_sample()};
    CHECK(out.find(kind::func, "hidden_subprogram").linkage() == btf::linkage::static_);
    CHECK(out.find(kind::func, "subprogram").linkage() == btf::linkage::global);
    CHECK(out.find(kind::func, "hidden_program").linkage() == btf::linkage::global);
}

TEST_CASE("kernel types: nothing else changes, and ids mean the same") {
    auto const file = kernel_sample();
    opened const before{file};
    written out{file};
    CHECK(out.types.type_count() == before.types().type_count() + 1);
    for (btf::type const type : before.types().types()) {
        auto const same = out[type.id()];
        CHECK(same.kind() == type.kind());
        CHECK(same.name() == type.name());
        bool const touched = type.kind() == kind::datasec || type.kind() == kind::var || type.kind() == kind::func;
        if (!touched) CHECK(same.size() == type.size());
        if (!touched) CHECK(same.referenced() == type.referenced());
        CHECK(same.members().size() == type.members().size());
        CHECK(same.enumerators().size() == type.enumerators().size());
    }
}

TEST_CASE("kernel types: what BTF and the symbols disagree on") {
    auto const problem_of = [](auto change) {
        btf::builder<> to;
        auto const integer = to.int_("int", 4, btf::int_encoding::is_signed);
        object_maker made;
        change(to, integer, made);
        made.types(to);
        struct {
            reason why;
            std::string name;
        } answer{};
        auto const file = made.finish(); // which names point into
        auto const problem = written{file}.problem;
        answer = {problem.why, std::string{problem.name}};
        return answer;
    };
    using to_t = btf::builder<>&;
    auto const no_section =
        problem_of([](to_t to, btf::type_id i, object_maker&) { to.datasec(".data", 0, {{to.var("v", i), 0, 4}}); });
    CHECK(no_section.why == reason::data_section_missing);
    CHECK(no_section.name == ".data");
    CHECK(problem_of([](to_t to, btf::type_id i, object_maker& made) {
              to.datasec(".data", 0, {{to.var("v", i), 0, 4}});
              made.data(".data", 0);
          }).why == reason::data_section_missing);
    CHECK(problem_of([](to_t to, btf::type_id i, object_maker& made) {
              to.datasec(".bss", 0, {{to.var("v", i), 0, 4}});
              made.zeroes(".bss", elf::section_type::nobits, 0x1'0000'0000);
          }).why == reason::data_too_large);
    CHECK(problem_of([](to_t to, btf::type_id i, object_maker& made) {
              to.datasec(".data", 0, {{to.var("v", i, btf::linkage::global), 0, 4}});
              made.symbol({.name = "w", .section = made.data(".data", 4)});
          }).why == reason::variable_without_symbol);
    CHECK(problem_of([](to_t to, btf::type_id i, object_maker& made) {
              to.datasec(".data", 0, {{to.var("v", i), 0, 4}});
              made.data(".data", 4);
          }).why == reason::none); // a static one needs no symbol
    CHECK(problem_of([](to_t to, btf::type_id i, object_maker&) { to.datasec(".ksyms", 0, {{i, 0, 4}}); }).why ==
          reason::extern_type_unsupported);
    CHECK(problem_of([](to_t to, btf::type_id i, object_maker&) { to.datasec(".kconfig", 0, {{i, 0, 4}}); }).why ==
          reason::extern_type_unsupported);
}

TEST_CASE("kernel types: BTF of the other byte order, and split BTF, is refused") {
    auto const of = [](btf::view const& types) {
        std::vector<std::uint32_t> storage(types.index_size());
        auto const index = types.index(storage);
        std::vector<char> room(object::kernel_types_size(types));
        return object::write_kernel_types({elf::view{}, elf::symbol_table{}, &*index}, {}, room).error();
    };
    auto const other = std::endian::native == std::endian::little ? std::endian::big : std::endian::little;
    auto const swapped = btf_test::make_sample(other);
    auto const base = btf_test::make_sample(std::endian::native);
    auto const types = btf::view::parse(base.text());
    REQUIRE(types);
    CHECK(of(*btf::view::parse(swapped.text())).why == reason::other_byte_order);
    CHECK(of(*btf::view::parse(base.text(), *types)).types == btf::reason::base_is_split);
}

TEST_CASE("kernel types: without functions") {
    written out{kernel_sample(), {.functions = false}};
    CHECK(out.find(kind::typedef_, "subprogram").vlen() == 0);
    auto const was_prototype = out[out.find(kind::typedef_, "bpf_kfunc").referenced()];
    CHECK(was_prototype.kind() == kind::enum_);
    CHECK(was_prototype.size() == 4);
    CHECK(was_prototype.vlen() == 3);
    for (auto const each : was_prototype.enumerators()) CHECK(!each.name().empty());
    for (btf::type const type : out.types.types()) {
        CHECK(type.kind() != kind::func);
        CHECK(type.kind() != kind::func_proto);
    }
}

TEST_CASE("kernel types: without data sections") {
    written out{kernel_sample(), {.data_sections = false}};
    auto const data = out.find(kind::struct_, "_data");
    CHECK(data.size() == 24);
    lines members;
    for (auto const each : data.members())
        members.push_back(std::string{each.name()} + "@" + std::to_string(each.bit_offset()));
    CHECK(members == lines{"own@0", "second@64", "first@128"});
    auto const variable = out[data.members().at(0)->type()];
    CHECK(variable.kind() == kind::int_);
    CHECK(variable.size() == 1);
    CHECK(variable.integer()->bit_width == 8);
    CHECK(variable.name() == "own");
    CHECK(out.find(kind::struct_, "__struct_ops").size() == 8);
    CHECK(!btf::find(out.types, kind::datasec, ".data"));
}

TEST_CASE("kernel types: without what came later") {
    SUBCASE("linkage of functions") {
        written out{kernel_sample(), {.global_functions = false}};
        CHECK(out.find(kind::func, "subprogram").linkage() == btf::linkage::static_);
    }
    SUBCASE("floats") {
        auto const file = kernel_sample();
        opened const from{file};
        auto const number = btf::find(from.types(), kind::float_, "double");
        REQUIRE(number);
        written out{file, {.floats = false}};
        CHECK(out[number->id()].kind() == kind::struct_);
        CHECK(out[number->id()].size() == 8);
        CHECK(out[number->id()].is_anonymous());
        CHECK(out[number->id()].vlen() == 0);
    }
    SUBCASE("declaration tags") {
        written out{kernel_sample(), {.declaration_tags = false}};
        auto const was = out.find(kind::int_, "declared");
        CHECK(was.size() == 1);
        CHECK(was.integer()->bit_width == 8);
    }
    SUBCASE("type tags") {
        written out{kernel_sample(), {.type_tags = false}};
        CHECK(!btf::find(out.types, kind::type_tag, "tagged"));
        auto const pointee = out[out[out.find(kind::typedef_, "tagged_pointer").referenced()].referenced()];
        CHECK(pointee.kind() == kind::const_);
        CHECK(pointee.is_anonymous());
        CHECK(out[pointee.referenced()].name() == "int");
    }
    SUBCASE("wide enums") {
        written out{kernel_sample(), {.wide_enums = false}};
        auto const wide = out.find(kind::union_, "wide");
        CHECK(wide.size() == 8);
        REQUIRE(wide.vlen() == 2);
        CHECK(wide.members().at(1)->name() == "huge");
        CHECK(wide.members().at(1)->bit_offset() == 0);
        CHECK(out[wide.members().at(1)->type()].size() == 1);
        CHECK(out[wide.members().at(1)->type()].kind() == kind::int_);
        CHECK(!out.find(kind::enum_, "below").is_signed());
        CHECK(out.find(kind::enum_, "below").vlen() == 1);
    }
    SUBCASE("sections that begin with a question mark") {
        written out{kernel_sample(), {.optional_sections = false}};
        CHECK(out.find(kind::datasec, "_.struct_ops").vlen() == 1);
        CHECK(out.find(kind::datasec, ".data").vlen() == 3);
    }
    SUBCASE("attributes") {
        auto const with = [](bool attributes) {
            auto const file = attribute_sample();
            written out{file, {.attributes = attributes}};
            std::array<std::pair<kind, bool>, 5> made{};
            for (btf::type const type : out.types.types())
                made[btf::number(type.id()) - 1] = {type.kind(), type.kind_flag()};
            return made;
        };
        CHECK(with(true)[1] == std::pair{kind::type_tag, true});
        CHECK(with(true)[3] == std::pair{kind::decl_tag, true});
        CHECK(with(false)[1] == std::pair{kind::const_, false});
        CHECK(with(false)[3] == std::pair{kind::int_, false});
        CHECK(with(false)[4] == std::pair{kind::type_tag, false});
    }
}

// The same while compiling, and to the byte.
constexpr std::size_t room = 4096;
constexpr auto compiled = [] {
    bytes const file = kernel_sample();
    auto const view = elf::view::parse(std::string_view{file.data(), file.size()});
    auto const symbols = elf::symbols(*view, elf::section_type::symtab);
    auto const types = btf::view::parse(view->find(".BTF")->contents());
    auto storage = zeroes<std::uint32_t>(types->index_size());
    auto const index = types->index(storage);
    std::pair<std::array<char, room>, std::uint32_t> made{};
    auto const size =
        object::write_kernel_types({*view, *symbols, &*index}, {.functions = false, .floats = false}, made.first);
    made.second = size ? *size : 0;
    return made;
}();
static_assert(compiled.second != 0);

TEST_CASE("kernel types: the same bytes while compiling and at run time") {
    written out{kernel_sample(), {.functions = false, .floats = false}};
    CHECK(std::string_view{out.storage.data(), compiled.second} ==
          std::string_view{compiled.first.data(), compiled.second});
}

} // namespace
