#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/ext.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/elf/relocation.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/object/code_section.hpp>
#include <bpfxx/object/malformed.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

/// What a section of an object is for.
enum class section_role : std::uint8_t {
    /// Nothing that a loader has to know, such as debug information.
    other,
    code,
    /// Definitions of maps, or of structs for struct_ops.
    maps,
    /// Variables and constants.
    data,
    /// Places in code, for jumps that are computed (Linux 6.19).
    jump_tables,
};

/// An object file whose parts were found and checked, each for itself: the first step of reading one. It owns nothing:
/// the file's bytes must outlive it. An object without BTF has none here.
struct source {
    elf::view file{};
    elf::symbol_table symbols{};
    btf::view types{};
    btf::ext_view debug{};
    std::string_view license{};
    std::uint32_t version = 0;

    [[nodiscard]] constexpr bool has_types() const noexcept { return types.type_count() != 0; }

    /// What is to be read may be for either byte order; what is to be loaded may not.
    [[nodiscard]] constexpr malformed loadable() const noexcept {
        return file.is_swapped() ? malformed{reason::other_byte_order} : malformed{};
    }
};

/// How many elements the tables of an image need at most.
struct counts {
    std::uint32_t sections = 0;
    std::uint32_t code = 0;
    std::uint32_t functions = 0;
    std::uint32_t programs = 0;
    std::uint32_t variables = 0;
    std::uint32_t externs = 0;
    std::uint32_t relocations = 0;
    std::uint32_t types = 0;

    friend constexpr bool operator==(counts const&, counts const&) noexcept = default;
};

namespace detail {

[[nodiscard]] constexpr bool starts_with(std::string_view text, std::string_view start) noexcept {
    return text.size() >= start.size() && std::string_view{text.data(), start.size()} == start;
}

[[nodiscard]] constexpr section_role role_of(elf::section const& section) noexcept {
    if (section.is_code()) return section.size() == 0 ? section_role::other : section_role::code;
    if (section.name() == ".jumptables") return section_role::jump_tables;
    bool const bytes = section.type() == elf::section_type::progbits || section.type() == elf::section_type::nobits;
    if (!bytes || !has(section.flags(), elf::section_flags::alloc)) return section_role::other;
    std::string_view const name = section.name();
    if (name == ".maps" || starts_with(name, ".struct_ops") || starts_with(name, "?.struct_ops"))
        return section_role::maps;
    return name == "license" || name == "version" ? section_role::other : section_role::data;
}

[[nodiscard]] constexpr bool is_function(elf::symbol const& symbol) noexcept {
    return symbol.type() == elf::symbol_type::func && symbol.section().has_value();
}
[[nodiscard]] constexpr bool is_variable(elf::symbol const& symbol) noexcept {
    return symbol.type() == elf::symbol_type::object && symbol.section().has_value();
}
[[nodiscard]] constexpr bool is_extern(elf::symbol const& symbol) noexcept {
    return !symbol.is_defined() && symbol.binding() != elf::symbol_binding::local;
}

/// Reads what of an object is found by the names of its sections.
class source_reader {
  public:
    constexpr explicit source_reader(source& made) noexcept : made_{made} {}

    constexpr malformed read() noexcept {
        if (made_.file.type() != elf::file_type::relocatable) return reason::not_relocatable;
        auto const machine = made_.file.machine();
        if (machine != elf::machine::bpf && machine != elf::machine::none) return reason::not_bpf;
        malformed problem = find_sections();
        if (problem.why != reason::none) return problem;
        if (symbols_ == 0) return reason::no_symbols;
        auto const symbols = elf::symbols(made_.file, made_.file.section(symbols_));
        if (!symbols) return symbols.error();
        made_.symbols = *symbols;
        return read_types();
    }

  private:
    constexpr malformed find_sections() noexcept {
        for (std::uint32_t index = 1; index < made_.file.section_count(); ++index) {
            auto const section = made_.file.section(index);
            if (section.type() == elf::section_type::symtab && symbols_ == 0) symbols_ = index;
            if (section.type() != elf::section_type::progbits) continue;
            malformed const problem = read_section(section);
            if (problem.why != reason::none) return problem;
        }
        return {};
    }

    constexpr malformed read_section(elf::section const& section) noexcept {
        std::string_view const name = section.name();
        if (name == ".BTF") types_ = section.index();
        if (name == ".BTF.ext") debug_ = section.index();
        if (name == "maps") return {reason::legacy_maps, section.index()};
        // The kernel reads no more than 127 characters, the reference loader keeps 63: enough for any real one.
        if (name == "license") made_.license = elf::string_table::first_string(section.contents());
        if (name != "version") return {};
        if (section.contents().size() != 4) return {reason::version_size, section.index()};
        made_.version = btf::wire::load_u32(section.contents().data(), made_.file.is_swapped());
        return {};
    }

    constexpr malformed read_types() noexcept {
        if (types_ == 0) return {};
        auto const types = btf::view::parse(made_.file.section(types_).contents());
        if (!types) return {types.error(), types_};
        made_.types = *types;
        if (debug_ == 0) return {};
        auto const debug = btf::ext_view::parse(made_.file.section(debug_).contents(), made_.types);
        if (!debug) return {debug.error(), debug_};
        made_.debug = *debug;
        return {};
    }

    source& made_;
    std::uint32_t symbols_ = 0;
    std::uint32_t types_ = 0;
    std::uint32_t debug_ = 0;
};

[[nodiscard]] constexpr parsed<elf::view> open_file(std::string_view bytes) noexcept {
    auto const file = elf::view::parse(bytes);
    if (!file) return malformed{file.error()};
    return *file;
}

/// How many calls in a section reach functions without the help of a relocation.
[[nodiscard]] constexpr std::uint32_t calls_of_subprograms(instructions_in_file const& code) noexcept {
    std::uint32_t count = 0;
    std::size_t const size = code.size();
    for (std::size_t at = code.next_call(0, size); at != size; at = code.next_call(at + 1, size)) ++count;
    return count;
}

} // namespace detail

/// Finds the parts of an object: the first of the steps open, measure, read.
/// Costs: one pass over sections, symbols, types and .BTF.ext, no allocation
[[nodiscard]] constexpr parsed<source> open(parsed<elf::view> const& file) noexcept {
    if (!file) return file.error();
    source made;
    made.file = *file;
    malformed const problem = detail::source_reader{made}.read();
    if (problem.why != reason::none) return problem;
    return made;
}
[[nodiscard]] constexpr parsed<source> open(std::string_view bytes) noexcept { return open(detail::open_file(bytes)); }
[[nodiscard]] inline parsed<source> open(std::span<std::byte const> bytes) noexcept {
    return open(std::string_view{reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

/// How much room the tables of an object need: the second step. Most numbers are exact, none is too small.
/// Costs: one pass over sections, symbols and instructions, no allocation
[[nodiscard]] constexpr counts measure(source const& from) noexcept {
    counts made;
    made.sections = from.file.section_count();
    made.types = static_cast<std::uint32_t>(from.types.index_size());
    for (std::uint32_t index = 1; index < made.sections; ++index) {
        auto const section = from.file.section(index);
        if (section.type() == elf::section_type::rel && from.file.section(section.info()).is_code())
            made.relocations += static_cast<std::uint32_t>(section.contents().size() / elf::wire::rel_size);
        if (!section.is_code() || section.size() == 0) continue;
        ++made.code;
        made.relocations += detail::calls_of_subprograms({section.contents(), from.file.is_swapped()});
    }
    for (elf::symbol const symbol : from.symbols) {
        if (detail::is_function(symbol)) {
            ++made.functions;
            if (symbol.binding() != elf::symbol_binding::local) ++made.programs;
        }
        if (detail::is_variable(symbol)) ++made.variables;
        if (detail::is_extern(symbol)) ++made.externs;
    }
    return made;
}

} // namespace bpfxx::object
