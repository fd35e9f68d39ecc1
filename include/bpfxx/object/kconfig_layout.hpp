#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx::object {

namespace detail {

/// How a variable that is declared __kconfig is aligned: integers and enums by their size, arrays as their elements.
[[nodiscard]] constexpr std::uint32_t alignment_of(btf::indexed_view const& types, btf::type_id id) noexcept {
    for (std::uint32_t step = 0; step != btf::chain_limit; ++step) {
        auto const type = btf::resolve(types, id);
        if (!type) return 1;
        if (auto const array = type->array()) {
            id = array->element;
            continue;
        }
        if (type->kind() == btf::kind::var) {
            id = type->referenced();
            continue;
        }
        bool const scalar = type->kind() == btf::kind::int_ || type->is_enum();
        std::uint32_t const size = scalar ? type->size() : 1;
        return size < 8 ? size : 8;
    }
    return 1;
}

/// What decides where a __kconfig variable lies.
struct kconfig_place {
    btf::type_id variable{};
    std::uint32_t size = 0;
};

/// Whether one __kconfig variable lies before another: by descending alignment, ascending size, and name.
[[nodiscard]] constexpr bool kconfig_precedes(btf::indexed_view const& types, kconfig_place left,
                                              kconfig_place right) noexcept {
    std::uint32_t const left_alignment = alignment_of(types, left.variable);
    std::uint32_t const right_alignment = alignment_of(types, right.variable);
    if (left_alignment != right_alignment) return left_alignment > right_alignment;
    if (left.size != right.size) return left.size < right.size;
    return types.type(left.variable).name() < types.type(right.variable).name();
}

} // namespace detail

/// Bytes of the map that holds the variables of .kconfig, given as its BTF_KIND_DATASEC. Sizes are multiples of
/// alignments, so that nothing lies between variables in the order of their alignment.
[[nodiscard]] constexpr std::uint64_t kconfig_size(btf::type section) noexcept {
    std::uint64_t size = 0;
    for (btf::section_variable const variable : section.variables()) size += variable.size();
    return size;
}

/// Where in that map a variable lies, given as its BTF_KIND_VAR; nothing for one that .kconfig does not have. Compilers
/// leave no offsets for what is extern: these are the ones that libbpf gives.
/// Costs: one walk over the section's variables
[[nodiscard]] constexpr std::optional<std::uint64_t> kconfig_offset(btf::indexed_view const& types, btf::type section,
                                                                    btf::type_id variable) noexcept {
    for (btf::section_variable const wanted : section.variables()) {
        if (wanted.type() != variable) continue;
        std::uint64_t offset = 0;
        for (btf::section_variable const other : section.variables())
            if (detail::kconfig_precedes(types, {other.type(), other.size()}, {variable, wanted.size()}))
                offset += other.size();
        return offset;
    }
    return std::nullopt;
}

} // namespace bpfxx::object
