#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/for_kernel.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/object/heap_sort.hpp>
#include <bpfxx/object/kconfig_layout.hpp>
#include <bpfxx/object/malformed.hpp>
#include <bpfxx/object/typed_file.hpp>
#include <bpfxx/object/typed_sections.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

/// Completes the types of an object in the copy that the kernel gets: what only the symbols say, and what is extern.
class types_completer {
    // Before its callers: clang must have seen a template when it runs them while compiling.
    template <class Precedes>
    constexpr void sort(btf::type section, Precedes precedes) noexcept {
        heap_sort(
            section.vlen(),
            [&](std::uint32_t left, std::uint32_t right) {
                return precedes(entry(section, left), entry(section, right));
            },
            [&](std::uint32_t left, std::uint32_t right) {
                for (std::uint32_t word = 0; word != sizeof(btf::wire::section_entry); word += 4) {
                    std::uint32_t const kept = copy_.word(entry(section, left) + word);
                    copy_.set_word(entry(section, left) + word, copy_.word(entry(section, right) + word));
                    copy_.set_word(entry(section, right) + word, kept);
                }
            });
    }

  public:
    constexpr types_completer(typed_file const& from, btf::kernel_copy& copy) noexcept
        : from_{from}, types_{*from.types}, copy_{copy} {}

    [[nodiscard]] constexpr malformed complete() noexcept {
        auto const found = typed_sections::find_all(from_.file, types_.view());
        if (!found) return found.error();
        sections_ = *found;
        for (typed_section& each : sections_) {
            malformed const problem = begin_section(each);
            if (problem.why != reason::none) return problem;
        }
        for (auto const symbol : from_.symbols) {
            if (is_global_variable(symbol)) place_variable(symbol);
            if (symbol.type() == elf::symbol_type::func) hide_function(symbol);
        }
        for (typed_section const& each : sections_) {
            if (each.found < each.number) return {reason::variable_without_symbol, each.section, 0, each.type.name()};
            sort(each.type, [this](std::uint32_t left, std::uint32_t right) {
                return copy_.word(left + offset_at) < copy_.word(right + offset_at);
            });
        }
        return {};
    }

  private:
    static constexpr std::uint32_t size_or_type_at = 8;
    static constexpr std::uint32_t linkage_at = 12;
    static constexpr std::uint32_t offset_at = 4;
    static constexpr std::uint32_t size_at = 8;

    [[nodiscard]] constexpr std::uint32_t entry(btf::type section, std::uint32_t at) const noexcept {
        return copy_.record(section.id()) + 12 + at * std::uint32_t{sizeof(btf::wire::section_entry)};
    }

    constexpr void set_linkage(btf::type variable, btf::linkage linkage) noexcept {
        copy_.set_word(copy_.record(variable.id()) + linkage_at, static_cast<std::uint32_t>(linkage));
    }
    constexpr void set_function_linkage(btf::type function, btf::linkage linkage) noexcept {
        copy_.set_word(copy_.record(function.id()) + 4,
                       btf::wire::make_info(btf::kind::func, static_cast<std::uint32_t>(linkage)));
    }
    constexpr void set_size(btf::type section, std::uint32_t size) noexcept {
        copy_.set_word(copy_.record(section.id()) + size_or_type_at, size);
    }

    [[nodiscard]] constexpr bool is_global(btf::section_variable const& variable) const noexcept {
        btf::type const type = types_.type(variable.type());
        return type.kind() == btf::kind::var && type.linkage() == btf::linkage::global;
    }

    constexpr malformed begin_section(typed_section& section) noexcept {
        if (section.type.has_name(".kconfig")) return lay_out_kconfig(section.type);
        if (section.type.has_name(".ksyms")) return replace_ksyms(section.type);
        for (btf::section_variable const variable : section.type.variables())
            if (is_global(variable)) ++section.number;
        if (section.has_offsets()) return {};
        std::uint64_t const size = from_.file.section(section.section).size();
        if (section.section == 0 || size == 0)
            return {reason::data_section_missing, no_section, 0, section.type.name()};
        if (size > 0xffff'ffff) return {reason::data_too_large, section.section, 0, section.type.name()};
        set_size(section.type, static_cast<std::uint32_t>(size));
        return {};
    }

    constexpr void place_variable(elf::symbol const& symbol) noexcept {
        typed_section* const in = sections_.find(*symbol.section());
        if (in == nullptr || in->number == in->found) return;
        auto const at = find_variable(types_, *in, symbol.name());
        if (!at || !is_global(*in->type.variables().at(*at))) return;
        ++in->found;
        if (!in->has_offsets())
            copy_.set_word(entry(in->type, *at) + offset_at, static_cast<std::uint32_t>(symbol.value()));
        if (is_hidden(symbol)) set_linkage(types_.type(in->type.variables().at(*at)->type()), btf::linkage::static_);
    }

    // The verifier checks a global subprogram on its own, and a hidden one with what its callers pass.
    constexpr void hide_function(elf::symbol const& symbol) noexcept {
        if (symbol.binding() == elf::symbol_binding::local || !is_hidden(symbol) || !symbol.section()) return;
        if (from_.file.section(*symbol.section()).name() != ".text") return;
        std::string_view const name = symbol.name();
        for (btf::type const type : types_.view().types()) {
            if (type.kind() != btf::kind::func || type.linkage() != btf::linkage::global || !type.has_name(name))
                continue;
            set_function_linkage(type, btf::linkage::static_);
            return;
        }
    }

    // The kernel knows no extern variables: these have their places in the map that is made for them.
    constexpr malformed lay_out_kconfig(btf::type section) noexcept {
        for (btf::section_variable const variable : section.variables()) {
            btf::type const type = types_.type(variable.type());
            if (type.kind() != btf::kind::var) return {reason::extern_type_unsupported, no_section, 0, type.name()};
            set_linkage(type, btf::linkage::global);
        }
        sort(section, [this](std::uint32_t left, std::uint32_t right) {
            return kconfig_precedes(types_, copied(left), copied(right));
        });
        std::uint32_t offset = 0;
        for (std::uint32_t at = 0; at != section.vlen(); ++at) {
            copy_.set_word(entry(section, at) + offset_at, offset);
            offset += copy_.word(entry(section, at) + size_at);
        }
        set_size(section, offset);
        return {};
    }

    /// A variable of a section as it stands in the copy.
    [[nodiscard]] constexpr kconfig_place copied(std::uint32_t at) const noexcept {
        return {btf::type_id{copy_.word(at)}, copy_.word(at + size_at)};
    }

    [[nodiscard]] constexpr btf::type_id find_int() noexcept {
        for (btf::type const type : types_.view().types()) {
            auto const integer = type.integer();
            if (integer && integer->bit_width == 32) return type.id();
        }
        return copy_.add_int("int", 4, btf::int_encoding::is_signed);
    }

    // Symbols of the kernel, whose types it may not take here: each becomes an int, and each function a variable.
    constexpr malformed replace_ksyms(btf::type section) noexcept {
        btf::type_id const integer = find_int();
        btf::type_id stand_in = btf::void_id;
        for (std::uint32_t at = 0; at != section.vlen(); ++at) {
            btf::type const type = types_.type(section.variables().at(at)->type());
            std::uint32_t const place = entry(section, at);
            if (type.kind() == btf::kind::func) {
                if (stand_in == btf::void_id) stand_in = add_stand_in(integer);
                name_parameters(types_.type(type.referenced()), copy_.name_of(stand_in));
                set_function_linkage(type, btf::linkage::global);
                copy_.set_word(place, btf::number(stand_in));
            } else if (type.kind() == btf::kind::var) {
                set_linkage(type, btf::linkage::global);
                copy_.set_word(copy_.record(type.id()) + size_or_type_at, btf::number(integer));
            } else {
                return {reason::extern_type_unsupported, no_section, 0, type.name()};
            }
            copy_.set_word(place + offset_at, at * 4);
            copy_.set_word(place + size_at, 4);
        }
        set_size(section, section.vlen() * 4);
        return {};
    }

    constexpr btf::type_id add_stand_in(btf::type_id integer) noexcept {
        return copy_.add("dummy_ksym", {btf::wire::make_info(btf::kind::var), btf::number(integer),
                                        static_cast<std::uint32_t>(btf::linkage::global)});
    }

    // A declaration need not name its parameters, but the kernel wants a name for each of a function's.
    constexpr void name_parameters(btf::type prototype, std::uint32_t name) noexcept {
        if (prototype.kind() != btf::kind::func_proto) return;
        std::uint32_t at = copy_.record(prototype.id()) + 12;
        for (btf::parameter const parameter : prototype.parameters()) {
            if (!parameter.is_variadic() && parameter.name().empty()) copy_.set_word(at, name);
            at += sizeof(btf::wire::parameter);
        }
    }

    typed_file const& from_;
    btf::indexed_view const& types_;
    btf::kernel_copy& copy_;
    typed_sections sections_{};
};

} // namespace detail

/// The storage that `write_kernel_types` asks for.
[[nodiscard]] constexpr std::size_t kernel_types_size(btf::view const& types) noexcept {
    return btf::kernel_copy::storage_size(types);
}

/// Writes the BTF of an object as the kernel takes it: sizes and offsets of data sections from the symbols, variables of
/// .kconfig and .ksyms as if they were the object's own, hidden functions and variables as static ones, and what
/// `features` lacks as something else. Ids mean the same as before. Gives how many bytes it has.
/// Errors: storage_too_small; other_byte_order; data_section_missing, variable_without_symbol … with the section's name
/// Costs: one copy of the blob, one walk over the symbols, no allocation
[[nodiscard]] constexpr parsed<std::uint32_t>
write_kernel_types(typed_file const& from, btf::kernel_features const& features, std::span<char> into) noexcept {
    btf::view const& types = from.types->view();
    if (types.is_swapped()) return malformed{reason::other_byte_order};
    if (types.is_split()) return malformed{btf::malformed{btf::reason::base_is_split, 0}};
    if (into.size() < kernel_types_size(types)) return malformed{reason::storage_too_small};
    btf::kernel_copy copy{*from.types, into};
    malformed const problem = detail::types_completer{from, copy}.complete();
    if (problem.why != reason::none) return problem;
    return copy.finish(features);
}

} // namespace bpfxx::object
