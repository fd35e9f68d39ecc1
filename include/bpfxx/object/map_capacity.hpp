#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/type.hpp>
#include <bpfxx/object/loaded.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/settings.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/object.hpp>

#include <cstdint>

namespace bpfxx::object::detail {

/// How many elements a map was created with; 0 where only the kernel knows.
[[nodiscard]] inline std::uint32_t known_capacity(map_definition const& map, map_settings const& how,
                                                  loaded_map const& made) noexcept {
    bool const is_rounded = map.type == map_type::ringbuf || map.type == map_type::user_ringbuf;
    if (made.reused || is_rounded) return 0;
    return how.max_entries != 0 ? how.max_entries : map.max_entries;
}

/// Asks the kernel where nobody else knows; a map that does not answer has none.
[[nodiscard]] inline std::uint32_t capacity_of(std::uint32_t known, loaded_map const& map) noexcept {
    if (known != 0 || !map.fd) return known;
    auto const info = sys::get_info<sys::info::map>(*map.fd);
    return info ? (*info)->max_entries : 0;
}

} // namespace bpfxx::object::detail
