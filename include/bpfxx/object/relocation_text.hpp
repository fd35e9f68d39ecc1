#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/object/object_error.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object {

/// What a CO-RE relocation asks for, in words.
[[nodiscard]] constexpr std::string_view text(sys::info::core_relo_kind kind) noexcept {
    using enum sys::info::core_relo_kind;
    switch (kind) {
    case field_byte_offset: return "offset of field";
    case field_byte_size: return "size of field";
    case field_exists: return "existence of field";
    case field_signed: return "signedness of field";
    case field_lshift_u64:
    case field_rshift_u64: return "shift of field";
    case type_id_local: return "own id of type";
    case type_id_target: return "id of type";
    case type_exists: return "existence of type";
    case type_size: return "size of type";
    case enumval_exists: return "existence of enumerator";
    case enumval_value: return "value of enumerator";
    case type_matches: return "match of type";
    }
    return "unknown question about";
}

namespace detail {

/// Takes the next number of an access string; nothing at its end or at anything else.
[[nodiscard]] constexpr std::optional<std::uint32_t> take_step(std::string_view& access) noexcept {
    if (!access.empty() && access.front() == ':') access.remove_prefix(1);
    if (access.empty() || access.front() < '0' || access.front() > '9') return std::nullopt;
    std::uint32_t made = 0;
    while (!access.empty() && access.front() >= '0' && access.front() <= '9' && made < 100'000'000) {
        made = made * 10 + static_cast<std::uint32_t>(access.front() - '0');
        access.remove_prefix(1);
    }
    return made;
}

[[nodiscard]] constexpr std::string_view keyword(btf::kind kind) noexcept {
    switch (kind) {
    case btf::kind::struct_: return "struct ";
    case btf::kind::union_: return "union ";
    case btf::kind::enum_:
    case btf::kind::enum64: return "enum ";
    default: return "";
    }
}

/// The members that an access string steps through: ".files.fdt[3]".
template <class Text>
constexpr void write_steps(btf::indexed_view const& types, btf::type_id at, std::string_view access,
                           Text& to) noexcept {
    auto const first = take_step(access);
    if (first && *first != 0) to << "[" << std::uint64_t{*first} << "]";
    for (auto step = take_step(access); step; step = take_step(access)) {
        auto const type = btf::resolve(types, at);
        if (!type) return;
        if (auto const array = type->array()) {
            to << "[" << std::uint64_t{*step} << "]";
            at = array->element;
            continue;
        }
        if (!type->is_composite() || *step >= type->vlen()) return;
        auto const member = *type->members().at(*step);
        if (!member.name().empty()) to << "." << member.name();
        at = member.type();
    }
}

} // namespace detail

/// A CO-RE relocation as its author would name it: "offset of field struct task_struct.pid".
[[nodiscard]] constexpr kept_text<160> describe(btf::indexed_view const& types,
                                                sys::info::core_relo const& asked) noexcept {
    kept_text<160> made{text(asked.kind)};
    btf::type_id const root{asked.type_id};
    if (!types.contains(root)) return made;
    btf::type const type = types.type(root);
    made << " " << detail::keyword(type.kind()) << type.name();
    auto const& strings = types.view().strings();
    if (!strings.contains(asked.access_str_off)) return made;
    std::string_view access = strings.known(asked.access_str_off);
    using enum sys::info::core_relo_kind;
    bool const is_enumerator = asked.kind == enumval_exists || asked.kind == enumval_value;
    if (!is_enumerator) {
        if (asked.kind <= field_rshift_u64) detail::write_steps(types, root, access, made);
        return made;
    }
    auto const number = detail::take_step(access);
    auto const base = btf::resolve(types, root);
    if (!number || !base || !base->is_enum() || *number >= base->vlen()) return made;
    made << "." << base->enumerators().at(*number)->name();
    return made;
}

} // namespace bpfxx::object
