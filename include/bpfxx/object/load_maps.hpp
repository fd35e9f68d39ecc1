#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/cpu.hpp>
#include <bpfxx/errc.hpp>
#include <bpfxx/fd.hpp>
#include <bpfxx/map/object.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/object/load_state.hpp>
#include <bpfxx/object/load_struct_ops.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/map_pin.hpp>
#include <bpfxx/object/parts.hpp>
#include <bpfxx/shm/mapping.hpp>
#include <bpfxx/spec/map.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/call.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace bpfxx::object::detail {

/// Rings have a power of two of pages.
[[nodiscard]] inline std::uint32_t ring_size(std::uint32_t wanted) noexcept {
    std::uint64_t size = page_size();
    while (size < wanted) size *= 2;
    return wanted == 0 || size > std::numeric_limits<std::uint32_t>::max() ? wanted : static_cast<std::uint32_t>(size);
}

/// Maps whose keys and values the kernel lets BTF say nothing about.
[[nodiscard]] constexpr bool takes_types(map_type type) noexcept {
    switch (type) {
    case map_type::perf_event_array:
    case map_type::cgroup_array:
    case map_type::stack_trace:
    case map_type::array_of_maps:
    case map_type::hash_of_maps:
    case map_type::devmap:
    case map_type::devmap_hash:
    case map_type::cpumap:
    case map_type::xskmap:
    case map_type::sockmap:
    case map_type::sockhash:
    case map_type::queue:
    case map_type::stack:
    case map_type::arena: return false;
    default: return true;
    }
}

/// Creates the maps of an object, or takes those that are there already.
template <parts Has>
class map_loader {
  public:
    map_loader(load_state& state, struct_ops_loader& structs, rare_steps<Has> const& rare) noexcept
        : state_{state}, structs_{structs}, rare_{rare} {}

    [[gnu::cold]] bool load() noexcept {
        for (std::uint32_t number = 0; number != state_.what.maps.size(); ++number)
            if (state_.is_wanted(number) && !load(number)) return false;
        return true;
    }

    /// Maps of maps, once all maps are there.
    bool fill_with_maps() noexcept {
        if constexpr (!Has.filled_maps) return true;
        for (initial_value const& value : state_.what.values) {
            if (value.is_program || !is_new(value.map)) continue;
            auto const inner = state_.into.maps[value.target].map();
            if (!put(value, inner.raw())) return false;
        }
        return true;
    }

    /// Arrays of programs, once these are there.
    bool fill_with_programs() noexcept {
        if constexpr (!Has.filled_maps) return true;
        for (initial_value const& value : state_.what.values) {
            bool const is_array = state_.what.maps[value.map].origin == map_origin::definition;
            if (!value.is_program || !is_array || !state_.into.maps[value.map].fd) continue;
            auto const number = state_.program_at(value.target, value.instruction);
            auto const fd = number ? state_.into.programs[*number].program() : optional_fd_ref<kind::program>{};
            if (!put(value, fd.raw())) return false;
        }
        return true;
    }

  private:
    [[nodiscard]] bool is_new(std::uint32_t number) const noexcept {
        return state_.into.maps[number].fd && !state_.into.maps[number].reused;
    }

    [[gnu::cold]] bool load(std::uint32_t number) noexcept {
        auto const& map = state_.what.maps[number];
        auto const& how = state_.how.map(number);
        loaded_map& made = state_.into.maps[number];
        if (how.instead) {
            auto own = owned_fd<kind::map>::duplicate(fd_ref<kind::map>::from_raw(how.instead.raw()));
            if (!own) return state_.fail(step::reuse_map, map.name, own.error());
            made.fd = *std::move(own);
            made.reused = true;
            return open_memory(map, made);
        }
        auto spec = spec_of(map, how);
        if (!spec) return state_.fail(step::create_map, map.name, spec.error());
        if constexpr (Has.structs)
            if (map.origin == map_origin::struct_ops && !structs_.prepare(number, *spec, made)) return false;
        if constexpr (Has.pinned_maps) return load_pinned(number, how, *spec);
        if (how.pin_path != nullptr && rare_.load_pinned != nullptr)
            return rare_.load_pinned(*this, number, how, *spec);
        return create(map, how, *spec, made) && fill(map, how, made);
    }

    friend rare_steps<Has>;

    /// A map that has a path, perhaps, where it may be already.
    [[gnu::cold]] bool load_pinned(std::uint32_t number, map_settings const& how, map_spec const& spec) noexcept {
        auto const& map = state_.what.maps[number];
        loaded_map& made = state_.into.maps[number];
        auto const path = map_path::of(map, how, state_.how.pin_directory);
        if (!path.fits()) return state_.fail(step::pin_map, map.name, error{errc::enametoolong, command::obj_pin});
        // Another process may pin its own between looking and pinning: then that one is taken.
        for (bool again = false;; again = true) {
            if (!path.empty()) {
                auto pinned = open_pinned(path, spec);
                if (!pinned) return state_.fail(step::reuse_map, map.name, pinned.error());
                made.reused = pinned->has_value();
                if (made.reused) {
                    made.fd = std::move(**pinned);
                    return open_memory(map, made);
                }
            }
            if (!create(map, how, spec, made) || !fill(map, how, made)) return false;
            if (path.empty()) return true;
            path.make_directory();
            auto const done = sys::pin(fd_ref<kind::map>{*made.fd}, path.c_str());
            if (done) return true;
            if (done.error().code != errc::eexist || again) return state_.fail(step::pin_map, map.name, done.error());
            made = {};
        }
    }

    [[nodiscard, gnu::cold]] result<map_spec> spec_of(map_definition const& map,
                                                      map_settings const& how) const noexcept {
        map_spec spec = spec_of(map);
        spec.name = object::kernel_name(map, state_.what.name);
        if (how.max_entries != 0) spec.max_entries = how.max_entries;
        if (how.value_size != 0) spec.value_size = how.value_size;
        if (how.map_extra != 0) spec.map_extra = how.map_extra;
        if (how.numa_node) spec.numa_node = how.numa_node;
        return sized(spec);
    }

    /// Sizes that a definition may leave to the loader.
    [[nodiscard]] static result<map_spec> sized(map_spec spec) noexcept {
        if (Has.rings && (spec.type == map_type::ringbuf || spec.type == map_type::user_ringbuf))
            spec.max_entries = ring_size(spec.max_entries);
        if constexpr (Has.maps_by_cpus) {
            if (spec.type == map_type::perf_event_array && spec.max_entries == 0) {
                auto const cpus = possible_cpus::read();
                if (!cpus) return cpus.error();
                spec.max_entries = cpus->count();
            }
        }
        return spec;
    }

    [[nodiscard]] map_spec spec_of(map_attributes const& from) const noexcept {
        return {.type = from.type,
                .key_size = from.key_size,
                .value_size = from.value_size,
                .max_entries = from.max_entries,
                .flags = from.flags,
                .numa_node = from.numa_node,
                .token = state_.how.token,
                .btf = types_of(from),
                .map_extra = from.map_extra};
    }

    [[nodiscard]] map_btf types_of(map_attributes const& from) const noexcept {
        if (!state_.types || !takes_types(from.type)) return {};
        return {*state_.types, btf::number(from.key_type), btf::number(from.value_type)};
    }

    [[gnu::cold]] bool create(map_definition const& map, map_settings const& how, map_spec spec,
                              loaded_map& made) noexcept {
        std::optional<owned_fd<kind::map>> inner;
        spec.inner_map = how.inner_map;
        if (Has.inner_maps && map.inner && !how.inner_map) {
            auto inner_spec = sized(spec_of(*map.inner));
            if (!inner_spec) return state_.fail(step::create_map, map.name, inner_spec.error());
            inner_spec->name = inner_kernel_name(map);
            auto created = create(*inner_spec);
            if (!created) return state_.fail(step::create_map, map.name, created.error());
            inner = *std::move(created);
            spec.inner_map = *inner;
        }
        auto created = create(spec);
        if (!created) return state_.fail(step::create_map, map.name, created.error());
        made.fd = *std::move(created);
        return true;
    }

    /// Once more without what an older kernel refuses: types first, then memory that can be mapped.
    [[nodiscard, gnu::cold]] result<owned_fd<kind::map>> create(map_spec spec) const noexcept {
        bpfxx::detail::map_shape const shape{
            .type = spec.type, .key_size = spec.key_size, .value_size = spec.value_size, .access = open_flags::none};
        auto created = bpfxx::detail::opened_map::create(shape, spec);
        if (!created && (spec.btf.key_type_id != 0 || spec.btf.value_type_id != 0)) {
            spec.btf = {};
            created = bpfxx::detail::opened_map::create(shape, spec);
        }
        if (!created) return created.error();
        return std::move(created->fd);
    }

    [[gnu::cold]] bool fill(map_definition const& map, map_settings const& how, loaded_map& made) noexcept {
        if (Has.arenas && map.type == map_type::arena) return open_memory(map, made) && copy(map, how, made);
        if (!map.is_data()) return true;
        bool const writable = has(map.flags, map_flags::mmapable) && !map.is_frozen();
        if (writable) return open_memory(map, made) && copy(map, how, made);
        auto const bytes = contents(map, how);
        if (!bytes.empty()) {
            if (bytes.size() != map.value_size)
                return state_.fail(step::fill_map, map.name, error{errc::einval, command::map_update_elem});
            std::uint32_t const zero = 0;
            auto const put =
                sys::call(sys::attr::map_update_elem{.map_fd = *made.fd, .key = &zero, .value = bytes.data()});
            if (!put) return state_.fail(step::fill_map, map.name, put.error());
        }
        if (map.is_frozen()) {
            auto const frozen = sys::call(sys::attr::map_freeze{*made.fd});
            // Linux before 5.2 has no such command, and goes without.
            if (!frozen && frozen.error().code != errc::einval)
                return state_.fail(step::freeze_map, map.name, frozen.error());
        }
        return open_memory(map, made);
    }

    [[nodiscard]] std::span<std::byte const> contents(map_definition const& map,
                                                      map_settings const& how) const noexcept {
        if (!how.contents.empty()) return how.contents;
        std::span<char const> const from = map.origin == map_origin::kconfig ? state_.options : map.contents;
        return {reinterpret_cast<std::byte const*>(from.data()), from.size()};
    }

    bool copy(map_definition const& map, map_settings const& how, loaded_map& made) noexcept {
        auto const from = contents(map, how);
        if (from.empty()) return true;
        auto const to = made.memory->bytes();
        if (from.size() > to.size())
            return state_.fail(step::fill_map, map.name, error{errc::e2big, command::map_memory});
        std::memcpy(to.data(), from.data(), from.size());
        return true;
    }

    [[gnu::cold]] bool open_memory(map_definition const& map, loaded_map& made) noexcept {
        bool const is_arena = Has.arenas && map.type == map_type::arena;
        if (!is_arena && (!map.is_data() || !has(map.flags, map_flags::mmapable))) return true;
        mapping_range range{.length = map.value_size};
        if (is_arena) {
            auto const number = static_cast<std::uint32_t>(&map - state_.what.maps.data());
            auto const& how = state_.how.map(number);
            std::uint32_t const pages = how.max_entries != 0 ? how.max_entries : map.max_entries;
            std::uint64_t const address = how.map_extra != 0 ? how.map_extra : map.map_extra;
            range = {.length = std::size_t{pages} * page_size(), .address = reinterpret_cast<void*>(address)};
        }
        if (map.is_frozen()) return keep(map, made.constants, mapping<read_only>::map(*made.fd, range));
        auto mapped = mapping<read_write>::map(*made.fd, range);
        // Programs need the address of an arena alone; another copy of the object in this process may have taken it.
        bool const is_taken = is_arena && !mapped && mapped.error().code == errc::eexist;
        if (is_taken && map.contents.empty()) return true;
        return keep(map, made.memory, std::move(mapped));
    }

    template <class Mapping>
    bool keep(map_definition const& map, std::optional<Mapping>& in, result<Mapping> mapped) noexcept {
        if (!mapped) return state_.fail(step::map_memory, map.name, mapped.error());
        in = *std::move(mapped);
        return true;
    }

    bool put(initial_value const& value, int descriptor) noexcept {
        auto const& map = state_.what.maps[value.map];
        auto const& fd = *state_.into.maps[value.map].fd;
        // Not there: the kernel shall say so.
        std::int32_t const number = descriptor == 0 ? -1 : descriptor;
        auto const done = sys::call(sys::attr::map_update_elem{.map_fd = fd, .key = &value.slot, .value = &number});
        return done || state_.fail(step::fill_map, map.name, done.error());
    }

    load_state& state_;
    struct_ops_loader& structs_;
    rare_steps<Has> const& rare_;
};

template <parts Has>
constexpr void rare_steps<Has>::pin() noexcept {
    load_pinned = [](map_loader<Has>& maps, std::uint32_t map, map_settings const& how, map_spec const& spec) noexcept {
        return maps.load_pinned(map, how, spec);
    };
}

} // namespace bpfxx::object::detail
