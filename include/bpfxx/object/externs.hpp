#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/object/kconfig_layout.hpp>
#include <bpfxx/object/kconfig_type.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/variable.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

// What an object leaves to the kernel, in steps: `begin_externs` when the object is known; then as far as there are any,
// `find_options` and `find_symbols` (find_externs.hpp) for options and for variables without a type, `note_typed_externs`
// and `find_typed_externs` (typed_externs.hpp) for what BTF describes; `check_externs` at the end, and `patch_externs`
// (extern_patches.hpp) for each program.
namespace bpfxx::object {

/// How an extern was found.
enum class extern_answer : std::uint8_t {
    /// Nowhere: variables have the address 0, and calls must not be reached.
    absent,
    /// Its value stands in the map of .kconfig, at `place`.
    kconfig,
    /// Somewhere in the kernel, at `place`.
    address,
    /// As a type of the kernel or of one of its modules: `type` and `source`.
    type,
};

/// What became of an extern of an object.
struct resolved_extern {
    extern_answer how = extern_answer::absent;
    /// Whether anything says what it is: an option's place is known before its value is.
    bool is_set = false;
    /// Which of the targets has the type: 0 is the kernel itself, others are modules.
    std::uint32_t source = 0;
    btf::type_id type{};
    std::uint64_t place = 0;

    friend constexpr bool operator==(resolved_extern const&, resolved_extern const&) noexcept = default;
};

/// What of the kernel has to be asked for an object's externs.
struct extern_needs {
    /// At least one variable lies in .kconfig: there is a map for these.
    bool kconfig = false;
    /// Options of the kernel's configuration, whose names begin with CONFIG_.
    bool options = false;
    /// Variables without a type: /proc/kallsyms.
    bool symbols = false;
    /// Functions, and variables with a type: the kernel's BTF.
    bool types = false;

    friend constexpr bool operator==(extern_needs const&, extern_needs const&) noexcept = default;
};

/// The section `.kconfig` in an object's BTF; void where it has none.
[[nodiscard]] constexpr btf::type kconfig_section(btf::indexed_view const& types) noexcept {
    for (btf::type const type : types.view().types())
        if (type.kind() == btf::kind::datasec && type.has_name(".kconfig")) return type;
    return {};
}

/// Whether an extern is a variable of the kernel that is declared as void.
[[nodiscard]] constexpr bool is_typeless(btf::indexed_view const& types, extern_symbol const& one) noexcept {
    if (one.from != extern_source::ksym) return false;
    auto const type = btf::resolve(types, types.type(one.type).referenced());
    return type && type->is_void();
}

/// Starts with nothing found but the places of options' variables in their map. `found` is as long as `externs`.
/// Errors: storage_too_small; extern_without_type an extern is neither option nor symbol; extern_type_unsupported
/// Costs: for each option one walk over the variables of .kconfig, and one over the types; no allocation
[[nodiscard]] constexpr parsed<extern_needs> begin_externs(btf::indexed_view const& types,
                                                           slice<extern_symbol const> externs,
                                                           slice<resolved_extern> found) noexcept {
    if (found.size() < externs.size()) return malformed{reason::storage_too_small};
    extern_needs needs;
    btf::type section{};
    for (std::size_t at = 0; at != externs.size(); ++at) {
        extern_symbol const& one = externs[at];
        found[at] = {};
        switch (one.from) {
        case extern_source::kconfig: {
            if (!needs.kconfig) section = kconfig_section(types);
            needs.kconfig = true;
            if (one.name.starts_with("CONFIG_")) needs.options = true;
            auto const place = kconfig_offset(types, section, one.type);
            if (!place) return malformed{reason::extern_without_type, no_section, 0, one.name};
            if (kconfig_type_of(types, one.type).kind == kconfig_kind::unsupported)
                return malformed{reason::extern_type_unsupported, no_section, 0, one.name};
            found[at].how = extern_answer::kconfig;
            found[at].place = *place;
            break;
        }
        case extern_source::ksym: (is_typeless(types, one) ? needs.symbols : needs.types) = true; break;
        case extern_source::kfunc: needs.types = true; break;
        default: return malformed{reason::extern_without_type, no_section, 0, one.name};
        }
    }
    return needs;
}

/// Whether everything was found that has to be.
/// Errors: extern_not_found with the name of the first that is neither found nor weak
[[nodiscard]] constexpr malformed check_externs(slice<extern_symbol const> externs,
                                                slice<resolved_extern const> found) noexcept {
    for (std::size_t at = 0; at != externs.size(); ++at)
        if (!found[at].is_set && !externs[at].weak) return {reason::extern_not_found, no_section, 0, externs[at].name};
    return {};
}

} // namespace bpfxx::object
