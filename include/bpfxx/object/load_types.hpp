#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/for_kernel.hpp>
#include <bpfxx/btf/load.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/feature/btf.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/object/room.hpp>
#include <bpfxx/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object::detail {

[[nodiscard]] inline std::span<std::byte const> bytes_of(std::span<char const> text) noexcept {
    return {reinterpret_cast<std::byte const*>(text.data()), text.size()};
}

/// The same types as far as this kernel knows them, which has refused them as they are.
[[nodiscard]] inline result<owned_fd<kind::btf>> load_older_types(load_state const& state, error refused) noexcept {
    auto const features = feature::btf(state.how.token);
    if (!features || *features == btf::kernel_features{}) return refused;
    std::string_view const blob{state.what.kernel_types.data(), state.what.kernel_types.size()};
    auto const types = btf::view::parse(blob);
    if (!types) return refused;
    room memory;
    auto const index = memory.want<std::uint32_t>(types->index_size());
    auto const copied = memory.want<char>(btf::kernel_copy::storage_size(*types));
    if (!memory.allocate()) return error{errc::enomem, command::map_memory};
    auto const indexed = types->index(memory.span(index));
    if (!indexed) return refused;
    btf::kernel_copy copy{*indexed, memory.span(copied)};
    return btf::load(bytes_of(memory.span(copied).first(copy.finish(*features))), {.token = state.how.token});
}

/// Gives the object's BTF to the kernel. What needs no types goes on without where it is refused.
template <parts Has>
[[nodiscard, gnu::cold]] bool load_types(load_state& state) noexcept {
    if (state.what.kernel_types.empty()) return true;
    auto loaded = btf::load(bytes_of(state.what.kernel_types), {.token = state.how.token});
    if constexpr (Has.newer_types)
        if (!loaded && loaded.error().code == errc::einval) loaded = load_older_types(state, loaded.error());
    if (loaded) {
        state.types = *std::move(loaded);
        return true;
    }
    for (map_definition const& map : state.what.maps)
        if (map.origin == map_origin::struct_ops) return state.fail(step::load_types, map.name, loaded.error());
    return true;
}

} // namespace bpfxx::object::detail
