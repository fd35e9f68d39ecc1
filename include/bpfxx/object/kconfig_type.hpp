#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>

#include <bit>
#include <cstdint>

namespace bpfxx::object {

/// What values of the kernel's options a variable can take.
enum class kconfig_kind : std::uint8_t {
    unsupported,
    /// y or n.
    boolean,
    /// `enum libbpf_tristate`: y is 1, m is 2, n is 0.
    tristate,
    /// y, m or n as that letter, or a number.
    character,
    number,
    /// A string in quotes, cut off where it is longer.
    text,
};

/// The type of a variable for an option.
struct kconfig_type {
    kconfig_kind kind = kconfig_kind::unsupported;
    bool is_signed = false;
    std::uint32_t size = 0;

    friend constexpr bool operator==(kconfig_type const&, kconfig_type const&) noexcept = default;
};

namespace detail {

[[nodiscard]] constexpr kconfig_type integer_of(btf::type type) noexcept {
    using enum kconfig_kind;
    std::uint32_t const size = type.size();
    if (type.integer()->has(btf::int_encoding::is_bool)) return {size == 1 ? boolean : unsupported, false, size};
    if (size > 8 || !std::has_single_bit(size)) return {};
    return {size == 1 ? character : number, type.is_signed(), size};
}

[[nodiscard]] constexpr kconfig_type array_of_characters(btf::indexed_view const& types, btf::type array) noexcept {
    auto const shape = *array.array();
    auto const element = btf::resolve(types, shape.element);
    if (shape.count == 0 || !element || element->kind() != btf::kind::int_) return {};
    if (integer_of(*element).kind != kconfig_kind::character) return {};
    return {kconfig_kind::text, false, shape.count};
}

} // namespace detail

/// What values a variable of .kconfig takes, given as its BTF_KIND_VAR.
[[nodiscard]] constexpr kconfig_type kconfig_type_of(btf::indexed_view const& types, btf::type_id variable) noexcept {
    auto const type = btf::resolve(types, types.type(variable).referenced());
    if (!type) return {};
    if (type->kind() == btf::kind::int_) return detail::integer_of(*type);
    if (type->kind() == btf::kind::array) return detail::array_of_characters(types, *type);
    bool const fits = type->kind() == btf::kind::enum64 || (type->kind() == btf::kind::enum_ && type->size() == 4);
    if (!fits || !type->has_name("libbpf_tristate")) return {};
    return {kconfig_kind::tristate, false, type->size()};
}

} // namespace bpfxx::object
