#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/parsed.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::object {

/// What is wrong with an object, or why a question about it has no answer.
enum class reason : std::uint8_t {
    none,
    // found by elf and btf, which say more
    file,
    types,
    // found by read
    not_relocatable,
    not_bpf,
    other_byte_order,
    storage_too_small,
    no_symbols,
    version_size,
    legacy_maps,
    function_outside,
    function_size,
    // found in relocations
    relocation_type,
    relocation_place,
    relocation_symbol,
    relocated_call,
    relocated_load,
    no_such_extern,
    extern_without_type,
    extern_as_other,
    no_such_function,
    addend_too_large,
    // found by linking
    no_such_program,
    program_too_large,
    placements_too_few,
    debug_section_twice,
    static_program,
    // found in map definitions
    maps_without_types,
    map_without_type,
    map_not_a_struct,
    map_member_unknown,
    map_member_type,
    map_member_disagrees,
    map_member_twice,
    map_inner_unexpected,
    map_inner_nested,
    map_values_misplaced,
    map_values_type,
    map_pinning,
    map_outside,
    map_definitions_overlap,
    map_extern,
    map_type_size,
    map_values_target,
    map_values_key,
    arena_twice,
    arena_missing,
    data_section_missing,
    data_sections_too_many,
    variable_without_symbol,
    no_such_map,
    no_such_variable,
    variable_outside,
    data_too_large,
    struct_ops_type,
    struct_ops_member,
    struct_ops_function,
    // found in names of sections
    section_name_unknown,
    section_target_missing,
    section_target_malformed,
    section_option_unknown,
    // found in externs
    extern_type_unsupported,
    extern_value,
    extern_option_line,
    extern_address_ambiguous,
    extern_not_found,
    extern_type_differs,
};

namespace detail {

// Every sentence stands in a call of its own: where `say` ends a constant evaluation, the compiler shows the line.
template <class Say>
constexpr auto tell_of_file(reason why, Say say) {
    switch (why) {
    case reason::not_relocatable:
        return say("this is no object file: compile with -c, and link objects with bpftool gen object");
    case reason::not_bpf: return say("this object is for another machine than BPF: compile with -target bpf");
    case reason::other_byte_order: return say("the object was compiled for the other byte order than this machine's");
    case reason::storage_too_small: return say("the storage is smaller than what measure asked for");
    case reason::no_symbols: return say("the object has no symbol table: do not strip it, but of debug information");
    case reason::version_size: return say("the section `version` holds something else than 32 bits");
    case reason::legacy_maps:
        return say("the section `maps` defines maps in a form that is no more understood: define them with BTF in "
                   "SEC(\".maps\")");
    case reason::function_outside: return say("a function reaches past the end of its section");
    case reason::function_size: return say("a function is empty or does not consist of whole instructions");
    case reason::relocation_type: return say("a relocation of instructions is of a type that instructions do not have");
    case reason::relocation_place: return say("a relocation is not at an instruction inside a function");
    case reason::relocation_symbol: return say("a relocation names a symbol that lies in no section with data or code");
    case reason::relocated_call: return say("a relocated call is no call of a function, or does not lead to code");
    case reason::relocated_load:
        return say("a relocation changes an instruction that is neither a call nor a load of "
                   "64 bits");
    case reason::no_such_extern: return say("a relocation names an external symbol without a name");
    case reason::extern_without_type:
        return say("an external symbol is in neither .kconfig nor .ksyms: declare it with __kconfig or __ksym, and "
                   "compile with -g");
    case reason::extern_as_other: return say("an external function is used as a variable, or a variable as a function");
    case reason::no_such_function: return say("a call or an address leads to no function, or into the middle of one");
    case reason::addend_too_large: return say("a relocation leads more than 2 GiB away from its symbol");
    case reason::no_such_program: return say("the object has no program of that name");
    case reason::program_too_large: return say("a program with its subprograms has more than 2^24 instructions");
    case reason::placements_too_few: return say("linking needs one placement for each function of the object");
    case reason::static_program:
        return say("a program is static, so that nothing can load it: declare it without `static`");
    case reason::debug_section_twice: return say("a table of .BTF.ext has two parts for one section");
    default: return say("unknown reason");
    }
}

template <class Say>
constexpr auto tell_of_maps(reason why, Say say) {
    switch (why) {
    case reason::maps_without_types: return say("the object defines maps but has no BTF: compile with -g");
    case reason::map_without_type: return say("a map is defined without its `type`");
    case reason::map_not_a_struct: return say("a map's definition is no variable whose type is a struct");
    case reason::map_member_unknown: return say("a map's definition has a member that is not known");
    case reason::map_member_type:
        return say("a member of a map's definition has another type than __uint, __type, __array or __ulong make");
    case reason::map_member_disagrees: return say("a map's definition gives two different sizes for its key or value");
    case reason::map_member_twice: return say("a map's definition says the same thing twice");
    case reason::map_inner_unexpected:
        return say("a map's definition has an inner map, but its type is no array or hash of maps");
    case reason::map_inner_nested: return say("an inner map must not have an inner map itself");
    case reason::map_values_misplaced: return say("`values` must be the last member of a map's definition");
    case reason::map_values_type:
        return say("`values` must be an array of pointers to a map's definition or to a function");
    case reason::map_pinning: return say("a map is pinned neither by name nor not at all");
    case reason::map_outside: return say("a map's definition reaches past the end of its section");
    case reason::map_definitions_overlap: return say("two maps are defined at the same place");
    case reason::map_extern: return say("a map is declared extern, but objects are not linked while they are loaded");
    case reason::map_type_size: return say("a map's key or value is of a type that has no size, or of 4 GiB and more");
    case reason::map_values_target:
        return say("an initial value of a map is no map of SEC(\".maps\"), or not the start of a program");
    case reason::map_values_key:
        return say("a hash of maps with initial values needs a key of 4 bytes: each value's place is its key");
    case reason::arena_twice: return say("an object has at most one arena");
    case reason::arena_missing:
        return say("variables are declared __arena, but the object has no map of type BPF_MAP_TYPE_ARENA");
    case reason::data_section_missing: return say("BTF describes a section that the object does not have");
    case reason::data_sections_too_many: return say("BTF describes more than 64 sections");
    case reason::variable_without_symbol: return say("a global variable in BTF has no symbol that says where it lies");
    case reason::no_such_map: return say("the object has no map of that name or at that place");
    case reason::no_such_variable: return say("the object has no variable of that name");
    case reason::variable_outside: return say("a variable reaches past the end of its section");
    case reason::data_too_large: return say("a data section is larger than 4 GiB");
    case reason::struct_ops_type: return say("a variable in .struct_ops is no struct that BTF describes");
    case reason::struct_ops_member: return say("a member of a struct in .struct_ops cannot be passed to the kernel");
    case reason::struct_ops_function:
        return say("a member of a struct in .struct_ops is filled with something else than a program for it");
    default: return say("unknown reason");
    }
}

template <class Say>
constexpr auto tell_of_names(reason why, Say say) {
    switch (why) {
    case reason::section_name_unknown: return say("the name of a program's section says no known program type");
    case reason::section_target_missing: return say("the name of a program's section does not say what to attach to");
    case reason::section_target_malformed:
        return say("what the name of a program's section attaches to is not "
                   "understood");
    case reason::section_option_unknown: return say("the name of a program's section has an option that is not known");
    case reason::extern_type_unsupported: return say("a variable in .kconfig has a type that no option has");
    case reason::extern_value: return say("the value of a kernel option does not fit its variable");
    case reason::extern_option_line:
        return say("a line of the kernel's configuration gives no value: write CONFIG_NAME=value");
    case reason::extern_address_ambiguous: return say("the kernel has more than one variable of that name");
    case reason::extern_not_found:
        return say("the kernel has no such option, variable or function, and it is not weak");
    case reason::extern_type_differs: return say("the kernel's variable or function has another type than declared");
    default: return say("unknown reason");
    }
}

template <class Say>
constexpr auto tell(reason why, elf::reason file, btf::reason types, Say say) {
    if (why == reason::none) return say("nothing is wrong");
    if (why == reason::file) return elf::detail::tell(file, say);
    if (why == reason::types) return btf::detail::tell(types, say);
    if (why < reason::maps_without_types) return tell_of_file(why, say);
    if (why < reason::section_name_unknown) return tell_of_maps(why, say);
    return tell_of_names(why, say);
}

} // namespace detail

/// The section number where what is wrong lies in no section.
using elf::no_section;

/// What is wrong, in which section, at which byte of the section, and with what: a function, a variable, a map. Where
/// `why` is `file` or `types`, the parser below says more, and the offset is the one that it counts.
struct malformed {
    reason why = reason::none;
    elf::reason file = elf::reason::none;
    btf::reason types = btf::reason::none;
    std::uint32_t section = no_section;
    std::uint64_t offset = 0;
    std::string_view name{};

    constexpr malformed() noexcept = default;
    constexpr malformed(reason what, std::uint32_t in = no_section, std::uint64_t at = 0,
                        std::string_view with = {}) noexcept
        : why{what}, section{in}, offset{at}, name{with} {}
    constexpr malformed(elf::malformed problem) noexcept
        : why{problem.why == elf::reason::none ? reason::none : reason::file}, file{problem.why},
          section{problem.section}, offset{problem.offset} {}
    constexpr malformed(btf::malformed problem, std::uint32_t in = no_section) noexcept
        : why{problem.why == btf::reason::none ? reason::none : reason::types}, types{problem.why}, section{in},
          offset{problem.offset} {}

    friend constexpr bool operator==(malformed, malformed) noexcept = default;
};

/// One sentence about what is wrong.
[[nodiscard]] constexpr std::string_view sentence(malformed const& problem) noexcept {
    return detail::tell(problem.why, problem.file, problem.types,
                        [](char const* text) { return std::string_view{text}; });
}

/// An answer or what is wrong with the object.
template <class T>
using parsed = bpfxx::parsed<T, malformed>;

/// The answer, where there is no way on without it: in a constant evaluation what is wrong is a compile error with its
/// sentence, at run time it is printed and the process ends.
template <class T>
[[nodiscard]] constexpr T require(parsed<T> const& answer) noexcept {
    malformed const problem = answer.error();
    if (!answer) detail::tell(problem.why, problem.file, problem.types, [](char const* text) { ill_formed(text); });
    return *answer;
}

} // namespace bpfxx::object
