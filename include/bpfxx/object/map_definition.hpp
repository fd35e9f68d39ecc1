#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/spec/name.hpp>
#include <bpfxx/sys/flags.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object {

/// What in an object makes a map.
enum class map_origin : std::uint8_t {
    /// A struct in SEC(".maps").
    definition,
    /// .data and .data.*
    data,
    /// .rodata and .rodata.*, string literals among them.
    rodata,
    /// .bss and .bss.*
    bss,
    /// Variables that are declared __kconfig.
    kconfig,
    /// A struct in SEC(".struct_ops") or SEC(".struct_ops.link").
    struct_ops,
};

/// What `__uint(pinning, …)` says.
enum class map_pinning : std::uint8_t { none = 0, by_name = 1 };

/// What a definition says of a map, or of the maps that a map of maps holds. Nothing here depends on the machine that
/// loads it: a ring is not yet rounded to its pages, an array of perf events without max_entries has one for each CPU.
struct map_attributes {
    map_type type{};
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    std::uint32_t max_entries = 0;
    map_flags flags{};
    /// Hash functions of a bloom filter, address of an arena.
    std::uint64_t map_extra = 0;
    /// Counts where the flags say BPF_F_NUMA_NODE too.
    std::optional<std::uint32_t> numa_node{};
    /// Void where only the size is given.
    btf::type_id key_type{};
    btf::type_id value_type{};

    friend constexpr bool operator==(map_attributes const&, map_attributes const&) noexcept = default;
};

/// A map that an object has created when it is loaded.
struct map_definition : map_attributes {
    /// That of the variable, or of the data section.
    std::string_view name{};
    map_origin origin = map_origin::definition;
    map_pinning pinning = map_pinning::none;
    /// False in `?.struct_ops`: created only when asked for.
    bool created = true;
    /// The section in the file, and where in it: the instructions' relocations name these.
    std::uint32_t section = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    /// The BTF_KIND_VAR of a definition or a struct_ops, the BTF_KIND_DATASEC of a data section; void where none is.
    btf::type_id declared{};
    /// How each map in a map of maps is, where the definition says it.
    std::optional<map_attributes> inner{};
    /// The bytes that the map starts with: of a data section, of a struct_ops, of the variables in an arena. None means
    /// zeroes. Those of a struct_ops lack what `initial_value` adds.
    std::string_view contents{};
    /// The section of an arena's variables, 0 where it has none.
    std::uint32_t arena_section = 0;

    [[nodiscard]] constexpr bool is_data() const noexcept {
        return origin != map_origin::definition && origin != map_origin::struct_ops;
    }
    /// The map is made read-only for user space too once its contents are there, so that the verifier knows them.
    [[nodiscard]] constexpr bool is_frozen() const noexcept {
        return origin == map_origin::rodata || origin == map_origin::kconfig;
    }

    friend constexpr bool operator==(map_definition const&, map_definition const&) noexcept = default;
};

namespace detail {

[[nodiscard]] constexpr bool kernel_allows(char c) noexcept {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// Two texts in the 15 characters that the kernel keeps; what it refuses becomes '_'.
[[nodiscard]] constexpr object_name cut_name(std::string_view first, std::string_view second) noexcept {
    char text[object_name::capacity]{};
    std::size_t size = 0;
    for (std::string_view const part : {first, second}) {
        for (char const c : part) {
            if (size == object_name::capacity) break;
            text[size++] = kernel_allows(c) ? c : '_';
        }
    }
    return *object_name::from({text, size});
}

[[nodiscard]] constexpr bool has_second_dot(std::string_view section) noexcept {
    for (std::size_t at = 1; at < section.size(); ++at)
        if (section[at] == '.') return true;
    return false;
}

} // namespace detail

/// The name of an object that comes from a file: the file's, up to its first dot.
[[nodiscard]] constexpr std::string_view name_of_file(std::string_view path) noexcept {
    std::size_t start = 0;
    for (std::size_t at = 0; at != path.size(); ++at)
        if (path[at] == '/') start = at + 1;
    std::size_t size = 0;
    while (start + size != path.size() && path[start + size] != '.' && size != object_name::capacity) ++size;
    return {path.data() + start, size};
}

/// What the kernel calls a map. Tools find maps by these names, so they are those that libbpf gives: the object's name
/// stands before .data, .rodata, .bss and .kconfig, in the 8 characters (7 for .kconfig) that are left, and is left out
/// for sections with longer names such as .rodata.str1.1.
[[nodiscard]] constexpr object_name kernel_name(map_definition const& map, std::string_view object) noexcept {
    if (!map.is_data()) return detail::cut_name(map.name, {});
    constexpr std::size_t reserved = 7;
    if (detail::has_second_dot(map.name) || map.name.size() >= object_name::capacity)
        return detail::cut_name(map.name, {});
    std::size_t const suffix = map.name.size() > reserved ? map.name.size() : reserved;
    std::size_t const room = object_name::capacity - suffix;
    return detail::cut_name({object.data(), object.size() < room ? object.size() : room}, map.name);
}

/// What the kernel calls the map that stands for those inside a map of maps while it is created.
[[nodiscard]] constexpr object_name inner_kernel_name(map_definition const& outer) noexcept {
    return detail::cut_name(outer.name, ".inner");
}

} // namespace bpfxx::object
