#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/type.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/plan.hpp>
#include <bpfxx/program/type.hpp>

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

    [[nodiscard]] static constexpr parts of(plan const& what) noexcept {
        parts made{false, !what.externs.empty(), false, false, false};
        for (planned_program const& one : what.programs) {
            made.relocations = made.relocations || !one.code.core_relocations.empty();
            made.targets = made.targets || !one.section || needs_target(one.section->type);
        }
        for (map_definition const& map : what.maps) made.structs = made.structs || map.origin == map_origin::struct_ops;
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

  private:
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
