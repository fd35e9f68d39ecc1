#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/object/kconfig_layout.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/object/sorted.hpp>
#include <bpfxx/object/variable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object {

/// Where a variable of an object lies in the memory of its maps: of a data section, of an arena, or an option of the
/// kernel's that is declared __kconfig.
struct found_variable {
    std::uint32_t map = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    /// The BTF_KIND_VAR; void where there is none.
    btf::type_id declared{};
};

/// How many bytes can be given to a map to start with: those of its variables, or of its struct of functions.
[[nodiscard]] constexpr std::size_t bytes_to_start_with(map_definition const& map) noexcept {
    return map.is_data() ? map.size : map.contents.size();
}

namespace detail {

[[nodiscard]] constexpr std::optional<found_variable> find_option(plan const& in, std::string_view name) noexcept {
    auto const at = first_not(in.externs, [&](extern_symbol const& one) { return one.name < name; });
    if (in.types == nullptr || at == in.externs.size()) return std::nullopt;
    extern_symbol const& found = in.externs[at];
    if (found.name != name || found.from != extern_source::kconfig) return std::nullopt;
    for (std::uint32_t number = 0; number != in.maps.size(); ++number) {
        map_definition const& map = in.maps[number];
        if (map.origin != map_origin::kconfig) continue;
        auto const offset = kconfig_offset(*in.types, in.types->type(map.declared), found.type);
        if (!offset) return std::nullopt;
        return found_variable{number, static_cast<std::uint32_t>(*offset), found.size, found.type};
    }
    return std::nullopt;
}

} // namespace detail

/// Finds a variable by its name.
[[nodiscard]] constexpr std::optional<found_variable> find_variable(plan const& in, std::string_view name) noexcept {
    auto at = detail::first_not(in.variables, [&](variable const& one) { return one.name < name; });
    for (; at != in.variables.size() && in.variables[at].name == name; ++at) {
        variable const& found = in.variables[at];
        auto const map = in.map_of_section(found.section);
        if (map) return found_variable{*map, found.offset, found.size, found.type};
    }
    return detail::find_option(in, name);
}

} // namespace bpfxx::object
