#pragma once
// Objects whose BTF has every kind, for what the kernel takes of them.

#include "made_object.hpp"

#include <bpfxx/btf/wire.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace object_test {

/// Every kind, in every linkage and section that has to be completed or replaced.
constexpr bytes kernel_sample() {
    using btf::linkage;
    btf::builder<2048, 1024> to;
    auto const integer = to.int_("int", 4, btf::int_encoding::is_signed);
    auto const byte = to.int_("char", 1, btf::int_encoding::is_signed);
    auto const wide = to.int_("long long", 8);
    auto const number = to.float_("double", 8);
    auto const pointer = to.ptr(btf::void_id);
    to.struct_("record", 24,
               {{"number", number, 0}, {"next", pointer, 64}, {"rest", to.array(integer, integer, 2), 128}});
    to.enum_("wide", 8, {{"small", 1}, {"huge", 0x1'0000'0000}});
    to.enum_("below", 4, {{"minus", -1}});
    to.typedef_("tagged_pointer", to.ptr(to.type_tag("tagged", integer)));
    to.decl_tag("declared", to.union_("either", 8, {{"number", number}, {"wide", wide}}), 1);

    auto const plain = to.func_proto(integer, {{"context", pointer}});
    to.func("subprogram", plain, linkage::global);
    to.func("hidden_subprogram", plain, linkage::global);
    to.func("hidden_program", plain, linkage::global);
    auto const kfunc =
        to.func("bpf_kfunc", to.func_proto(integer, {{"named", pointer}, {"", integer}, {"", wide}}), linkage::extern_);
    auto const other = to.func("bpf_other", to.func_proto(btf::void_id, {{"", pointer}, {}}), linkage::extern_);

    auto const own = to.var("own", integer);
    auto const first = to.var("first", wide, linkage::global);
    auto const second = to.var("second", integer, linkage::global);
    to.datasec(".data", 0, {{first, 0, 8}, {own, 0, 4}, {second, 0, 4}});
    auto const linked = to.var("linked", integer, linkage::global);
    auto const linked_two = to.var("linked_two", integer, linkage::global);
    to.datasec(".linked", 16, {{linked, 4, 4}, {linked_two, 0, 4}});
    to.datasec("?.struct_ops", 0,
               {{to.var("ops", to.struct_("ops_type", 8, {{"flags", wide}}), linkage::global), 0, 8}});
    auto const text = to.var("CONFIG_TEXT", to.array(byte, integer, 9), linkage::extern_);
    auto const b = to.var("CONFIG_B", integer, linkage::extern_);
    auto const a = to.var("CONFIG_A", integer, linkage::extern_);
    auto const config_wide = to.var("CONFIG_WIDE", to.const_(wide), linkage::extern_);
    to.datasec(".kconfig", 0, {{text, 0, 9}, {b, 0, 4}, {a, 0, 4}, {config_wide, 0, 8}});
    auto const runqueues = to.var("runqueues", to.const_(btf::void_id), linkage::extern_);
    to.datasec(".ksyms", 0, {{runqueues, 0, 0}, {kfunc, 0, 0}, {other, 0, 0}});

    object_maker made;
    made.types(to);
    auto const code = made.code(".text", 4);
    auto const program = made.code("xdp", 2);
    auto const data = made.data(".data", 24);
    auto const linked_section = made.data(".linked", 32);
    auto const ops = made.data("?.struct_ops", 8);
    using enum elf::symbol_visibility;
    made.symbol({.name = "own", .section = data, .value = 20, .binding = elf::symbol_binding::local});
    made.symbol({.name = "second", .section = data, .value = 8, .visibility = hidden});
    made.symbol({.name = "first", .section = data, .value = 16});
    made.symbol({.name = "linked_two", .section = linked_section, .value = 24});
    made.symbol({.name = "linked", .section = linked_section, .value = 28, .visibility = internal});
    made.symbol({.name = "ops", .section = ops});
    made.symbol({.name = "subprogram", .section = code, .type = elf::symbol_type::func});
    made.symbol({.name = "hidden_subprogram",
                 .section = code,
                 .value = 16,
                 .type = elf::symbol_type::func,
                 .visibility = hidden});
    made.symbol({.name = "hidden_program", .section = program, .type = elf::symbol_type::func, .visibility = hidden});
    made.symbol({.name = "bpf_kfunc", .type = elf::symbol_type::notype});
    return made.finish();
}

/// Tags that are attributes: int, a type tag, a struct, a declaration tag, and a type tag that is none.
constexpr bytes attribute_sample() {
    namespace wire = btf::wire;
    using btf::kind;
    bytes types;
    auto const record = [&](std::uint32_t name, std::uint32_t info, std::uint32_t last) {
        for (std::uint32_t const word : {name, info, last}) put(types, word, 4);
    };
    record(1, wire::make_info(kind::int_), 4);
    put(types, 1U << 24 | 32U, 4);
    record(5, wire::make_info(kind::type_tag, 0, true), 1);
    record(9, wire::make_info(kind::struct_), 4);
    record(5, wire::make_info(kind::decl_tag, 0, true), 3);
    put(types, 0xffff'ffff, 4);
    record(5, wire::make_info(kind::type_tag), 1);
    constexpr std::string_view names{"\0int\0tag\0s\0", 11};
    bytes blob;
    put(blob, wire::magic, 2);
    put(blob, wire::version, 2);
    for (std::uint64_t const word : {std::uint64_t{24}, std::uint64_t{0}, std::uint64_t{types.size()},
                                     std::uint64_t{types.size()}, std::uint64_t{names.size()}})
        put(blob, word, 4);
    put(blob, {types.data(), types.size()});
    put(blob, names);
    object_maker made;
    made.section({.name = ".BTF", .contents = blob});
    return made.finish();
}

} // namespace object_test
