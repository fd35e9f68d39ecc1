#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/operations.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>
#include <utility>

namespace bpfxx::detail {

/// What the C++ type of a view fixes of its map.
struct map_shape {
    map_type type;
    std::uint32_t key_size;
    std::uint32_t value_size;
    open_flags access;
    /// A map that is opened has to have been created with these flags and without those.
    map_flags with{};
    map_flags without{};
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

    [[nodiscard]] static result<opened_map> create(map_shape shape, map_spec const& spec) noexcept {
        // The access flags have the same bits in BPF_MAP_CREATE as in BPF_OBJ_GET.
        auto flags = spec.flags | shape.with | static_cast<map_flags>(shape.access);
        if (spec.numa_node) flags = flags | map_flags::numa_node;
        if (spec.token) flags = flags | map_flags::token_fd;
        if (spec.value_type_btf_obj) flags = flags | map_flags::vtype_btf_obj_fd;
        auto const* const hash = spec.exclusive_program ? spec.exclusive_program->data() : nullptr;
        auto created = sys::call(sys::attr::map_create{
            .map_type = shape.type,
            .key_size = shape.key_size,
            .value_size = shape.value_size,
            .max_entries = spec.max_entries,
            .flags = flags,
            .inner_map_fd = spec.inner_map,
            .numa_node = spec.numa_node.value_or(0),
            .map_name = spec.name,
            .btf_fd = spec.btf.fd,
            .btf_key_type_id = spec.btf.key_type_id,
            .btf_value_type_id = spec.btf.value_type_id,
            .btf_vmlinux_value_type_id = spec.btf_vmlinux_value_type_id,
            .map_extra = spec.map_extra,
            .value_type_btf_obj_fd = spec.value_type_btf_obj,
            .map_token_fd = spec.token,
            .excl_prog_hash = hash,
            .excl_prog_hash_size = hash == nullptr ? 0 : static_cast<std::uint32_t>(sizeof(program_hash)),
        });
        if (!created) return created.error();
        return opened_map{std::move(*created), spec.max_entries};
    }

    [[nodiscard]] static result<opened_map> open(map_shape shape, char const* path,
                                                 sys::info::map* found = nullptr) noexcept {
        return check(shape, sys::open_pinned<kind::map>(path, shape.access), found);
    }

    [[nodiscard]] static result<opened_map> open(map_shape shape, fd_ref<kind::directory> directory, char const* path,
                                                 sys::info::map* found = nullptr) noexcept {
        return check(shape, sys::open_pinned<kind::map>(directory, path, shape.access), found);
    }

    [[nodiscard]] static result<opened_map> open(map_shape shape, map_id id, sys::info::map* found = nullptr) noexcept {
        return check(shape, sys::call(sys::attr::map_get_fd_by_id{.map_id = id, .open_flags = shape.access}), found);
    }

    /// Takes an open descriptor over if the map behind it has this shape; `keep` gets what the kernel said of it.
    [[nodiscard]] static result<opened_map> check(map_shape shape, result<owned_fd<kind::map>> opened,
                                                  sys::info::map* keep = nullptr) noexcept {
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
        if (!has(found.map_flags, shape.with) || (found.map_flags & shape.without) != map_flags::none)
            return differs(errc::map_flags_differ);
        if (keep != nullptr) *keep = found;
        return opened_map{std::move(*opened), found.max_entries};
    }
};

} // namespace bpfxx::detail
