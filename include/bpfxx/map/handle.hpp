#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/facts.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx::detail {

/// The part of a map's creation and opening that is the same for every view: what the C++ types fix.
struct map_shape {
    map_type type;
    std::uint32_t key_size;
    std::uint32_t value_size;
    open_flags access;
};

template <access_mode Access>
inline constexpr open_flags open_flags_for = open_flags::none;
template <>
inline constexpr open_flags open_flags_for<read_only> = open_flags::rdonly;
template <>
inline constexpr open_flags open_flags_for<write_only> = open_flags::wronly;

/// A map's descriptor, just created or opened and checked, and its capacity, which bounds walks.
struct opened_map {
    owned_fd<kind::map> fd;
    std::uint32_t max_entries;

    [[nodiscard]] static result<opened_map> create(map_shape shape, map_options const& options) noexcept {
        // The access flags have the same bits in BPF_MAP_CREATE as in BPF_OBJ_GET.
        auto flags = options.flags | static_cast<map_flags>(shape.access);
        if (options.numa_node) flags = flags | map_flags::numa_node;
        if (options.token) flags = flags | map_flags::token_fd;
        auto created = sys::call(sys::attr::map_create{
            .map_type = shape.type,
            .key_size = shape.key_size,
            .value_size = shape.value_size,
            .max_entries = options.max_entries,
            .flags = flags,
            .numa_node = options.numa_node.value_or(0),
            .map_name = options.name,
            .map_token_fd = options.token,
        });
        if (!created) return created.error();
        return opened_map{std::move(*created), options.max_entries};
    }

    [[nodiscard]] static result<opened_map> open(map_shape shape, char const* path) noexcept {
        return check(shape, sys::open_pinned<kind::map>(path, shape.access));
    }

    [[nodiscard]] static result<opened_map> open(map_shape shape, fd_ref<kind::directory> directory,
                                                 char const* path) noexcept {
        return check(shape, sys::open_pinned<kind::map>(directory, path, shape.access));
    }

    [[nodiscard]] static result<opened_map> open(map_shape shape, map_id id) noexcept {
        return check(shape, sys::call(sys::attr::map_get_fd_by_id{.map_id = id, .open_flags = shape.access}));
    }

    /// Takes an open descriptor over if the map behind it has this shape.
    [[nodiscard]] static result<opened_map> check(map_shape shape, result<owned_fd<kind::map>> opened) noexcept {
        if (!opened) return opened.error();
        auto const info = sys::get_info<sys::info::map>(*opened);
        if (!info) return info.error();
        auto const& found = **info;
        auto const differs = [](errc what) { return error{what, command::obj_get_info_by_fd}; };
        // A path may lead to a program or a link, and the kernel answers for whatever it finds. What stands at the place
        // of the sizes is then half a hash each, or a program's id and zero, which no view has.
        if (found.type != shape.type) return differs(errc::map_type_differs);
        if (found.key_size != shape.key_size) return differs(errc::key_size_differs);
        if (found.value_size != shape.value_size) return differs(errc::value_size_differs);
        return opened_map{std::move(*opened), found.max_entries};
    }
};

} // namespace bpfxx::detail
