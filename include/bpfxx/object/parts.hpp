#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/type.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/program/type.hpp>

#include <cstddef>

namespace bpfxx::object {

/// What loading an object takes beyond maps and programs. Where the object is known to the compiler, the code for what it
/// lacks is left out.
struct parts {
    bool relocations = true;
    bool externs = true;
    bool structs = true;
    /// Programs that are for a function or a type of the kernel's or of another program's.
    bool targets = true;
    /// Types that kernels do not know which can load the programs (Linux 5.14), and so may have to be rewritten.
    bool newer_types = true;
    /// Maps that a definition says are pinned, filled with maps or programs, or not created unless that is asked for.
    bool pinned_maps = true;
    bool filled_maps = true;
    bool absent_maps = true;
    bool inner_maps = true;
    /// Maps whose size depends on the machine: rings, and arrays of perf events without one.
    bool rings = true;
    bool maps_by_cpus = true;
    bool arenas = true;
    /// Which no map is made of: a program that uses one is refused.
    bool jump_tables = true;
    /// More than there is room for on the stack.
    bool many_maps = true;

    static constexpr std::size_t few_maps = 64;

    [[nodiscard]] static constexpr parts of(plan const& what) noexcept {
        parts made = none();
        made.externs = !what.externs.empty();
        made.filled_maps = !what.values.empty();
        made.jump_tables = what.has_jump_tables;
        made.many_maps = what.maps.size() > few_maps;
        for (planned_program const& one : what.programs) {
            made.relocations = made.relocations || !one.code.core_relocations.empty();
            made.targets = made.targets || !one.section || needs_target(one.section->type);
        }
        for (map_definition const& map : what.maps) made.add(map);
        if (what.types != nullptr)
            for (btf::type const type : what.types->view().types())
                made.newer_types = made.newer_types || is_newer(type);
        return made;
    }

    /// Whether programs of a type are for a type of the kernel's or of another program's.
    [[nodiscard]] static constexpr bool needs_target(program_type type) noexcept {
        return type == program_type::tracing || type == program_type::lsm || type == program_type::ext;
    }

    friend constexpr bool operator==(parts const&, parts const&) noexcept = default;

    /// Of maps that are ordinary, and programs that are complete.
    [[nodiscard]] static constexpr parts none() noexcept {
        return {false, false, false, false, false, false, false, false, false, false, false, false, false, false};
    }

    /// Whether there is anything that memory of its own is needed for.
    [[nodiscard]] constexpr bool takes_memory() const noexcept {
        return relocations || externs || absent_maps || many_maps;
    }

  private:
    constexpr void add(map_definition const& map) noexcept {
        structs = structs || map.origin == map_origin::struct_ops;
        pinned_maps = pinned_maps || map.pinning != map_pinning::none;
        absent_maps = absent_maps || !map.created;
        arenas = arenas || map.type == map_type::arena;
        inner_maps = inner_maps || map.type == map_type::array_of_maps || map.type == map_type::hash_of_maps;
        for (map_type const type : {map.type, map.inner ? map.inner->type : map_type{}}) {
            rings = rings || type == map_type::ringbuf || type == map_type::user_ringbuf;
            maps_by_cpus = maps_by_cpus || type == map_type::perf_event_array;
        }
    }

    [[nodiscard]] static constexpr bool is_newer(btf::type type) noexcept {
        using enum btf::kind;
        btf::kind const kind = type.kind();
        // A signed enum is a newer one too, and a section whose name begins with '?'.
        bool const is_new = kind == decl_tag || kind == type_tag || kind == enum64;
        if (is_new || (kind != enum_ && kind != datasec)) return is_new;
        return kind == enum_ ? type.kind_flag() : type.name().substr(0, 1) == "?";
    }
};

} // namespace bpfxx::object
