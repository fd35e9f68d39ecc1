#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/find_variable.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/matching_type.hpp>
#include <bpfxx/object/value_type.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::object::detail {

/// Where a variable of an object lies.
struct variable_place {
    std::uint32_t map = 0;
    std::uint32_t offset = 0;
    std::uint32_t type = 0;
    /// Not of .rodata, and no option of the kernel's.
    bool writable = false;
    /// Whether it can begin with something else than what the source says.
    bool settable = false;
    /// Whether processes can see the memory of its section.
    bool visible = false;
};

/// A variable by its name; a wrong name does not compile.
template <auto const& Bytes>
[[nodiscard]] constexpr variable_place find_variable_place(std::string_view name) noexcept {
    auto const& plan = embedded<Bytes>::plan;
    auto const found = find_variable(plan, name);
    if (!found)
        ill_formed("the object has no global variable of this name, or the compiler left it out since nothing uses it");
    if (found->declared == btf::void_id)
        ill_formed("the object has no BTF that says this variable's type: compile with -g");
    map_definition const& in = plan.maps[found->map];
    bool const fits = found->offset + std::size_t{found->size} <= bytes_to_start_with(in);
    return {.map = found->map,
            .offset = found->offset,
            .type = btf::number(plan.types->type(found->declared).referenced()),
            .writable = !in.is_frozen(),
            .settable = fits && in.origin != map_origin::kconfig,
            .visible = has(in.flags, map_flags::mmapable) || in.type == map_type::arena};
}

/// What a variable is in C++: by BTF, or the user's own type once it is found to be the same.
template <auto const& Bytes, std::uint32_t Id, class... Given>
struct typed_variable {
    using type = value_type<Bytes, Id>;
};
template <auto const& Bytes, std::uint32_t Id, class T>
struct typed_variable<Bytes, Id, T> {
    static_assert(require_same<Bytes, Id, T>());
    using type = T;
};

} // namespace bpfxx::object::detail
