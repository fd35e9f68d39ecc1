#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/table.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::elf {

/// A symbol, whose name lies in the file.
/// UAPI: `Elf64_Sym`
class symbol {
  public:
    constexpr symbol() noexcept = default;
    constexpr symbol(std::uint32_t index, wire::symbol const& record, std::uint32_t section,
                     string_table strings) noexcept
        : strings_{strings}, record_{record}, index_{index}, section_{section} {}

    [[nodiscard]] constexpr std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return strings_.at(record_.name); }
    [[nodiscard]] constexpr bool has_name(std::string_view text) const noexcept {
        return strings_.equals(record_.name, text);
    }

    /// An address, or in an object that is not linked yet the distance from the start of its section.
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return record_.value; }

    /// Bytes, 0 where nobody said.
    [[nodiscard]] constexpr std::uint64_t size() const noexcept { return record_.size; }

    [[nodiscard]] constexpr symbol_type type() const noexcept { return symbol_type(record_.info & 0xf); }
    [[nodiscard]] constexpr symbol_binding binding() const noexcept { return symbol_binding(record_.info >> 4); }
    [[nodiscard]] constexpr symbol_visibility visibility() const noexcept {
        return symbol_visibility(record_.other & 3);
    }

    /// False for what another file has to provide.
    [[nodiscard]] constexpr bool is_defined() const noexcept { return record_.section != 0; }
    [[nodiscard]] constexpr bool is_absolute() const noexcept { return record_.section == wire::absolute_index; }
    [[nodiscard]] constexpr bool is_common() const noexcept { return record_.section == wire::common_index; }

    /// The section that it lies in; nothing for what lies in none.
    [[nodiscard]] constexpr std::optional<std::uint32_t> section() const noexcept {
        if (section_ == no_section) return std::nullopt;
        return section_;
    }

  private:
    string_table strings_;
    wire::symbol record_{};
    std::uint32_t index_ = 0;
    std::uint32_t section_ = no_section;
};

/// The symbols of one section. Names and section numbers were checked when it was made.
/// UAPI: SHT_SYMTAB, SHT_DYNSYM
class symbol_table {
  public:
    constexpr symbol_table() noexcept = default;

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

    /// A symbol by number; an empty one for a number that the table does not have.
    [[nodiscard]] constexpr symbol operator[](std::uint32_t index) const noexcept {
        if (index >= size_) return {};
        auto const record = wire::load_symbol(records_.data() + index * wire::symbol_size, swapped_);
        return {index, record, section_of(record, index), strings_};
    }

    [[nodiscard]] constexpr auto begin() const noexcept { return table_iterator{*this, 0}; }
    [[nodiscard]] constexpr auto end() const noexcept { return table_iterator{*this, size_}; }

    /// The section that this is.
    [[nodiscard]] constexpr std::uint32_t section() const noexcept { return section_; }

  private:
    friend constexpr parsed<symbol_table> symbols(view const& file, elf::section const& from) noexcept;

    [[nodiscard]] constexpr std::uint32_t section_of(wire::symbol const& record, std::uint32_t index) const noexcept {
        if (record.section == wire::long_index)
            return wire::load<std::uint32_t>(long_indices_.data() + std::uint64_t{index} * 4, swapped_);
        bool const is_section = record.section != 0 && record.section < wire::first_reserved_index;
        return is_section ? record.section : no_section;
    }

    constexpr void find_long_indices(view const& file) noexcept {
        for (std::uint32_t index = 1; index < file.section_count(); ++index) {
            auto const candidate = file.section(index);
            if (candidate.type() != section_type::symtab_shndx || candidate.link() != section_) continue;
            if (candidate.contents().size() / 4 >= size_) long_indices_ = candidate.contents();
        }
    }

    constexpr malformed check(view const& file, std::uint64_t file_offset) noexcept {
        for (std::uint32_t index = 0; index != size_; ++index) {
            auto const record = wire::load_symbol(records_.data() + index * wire::symbol_size, swapped_);
            std::uint64_t const at = file_offset + index * wire::symbol_size;
            if (!strings_.contains(record.name)) return {reason::name_outside, section_, at};
            // Looked for where it is needed, as few files have one.
            if (record.section == wire::long_index && long_indices_.empty()) find_long_indices(file);
            if (record.section == wire::long_index && long_indices_.empty())
                return {reason::long_section_indices, section_, at};
            std::uint32_t const lies_in = section_of(record, index);
            if (lies_in != no_section && lies_in >= file.section_count())
                return {reason::section_index_outside, section_, at};
        }
        return {};
    }

    std::string_view records_;
    std::string_view long_indices_;
    string_table strings_;
    std::uint32_t size_ = 0;
    std::uint32_t section_ = 0;
    bool swapped_ = false;
};

namespace detail {

/// The strings that a table names.
[[nodiscard]] constexpr parsed<string_table> linked_strings(view const& file, section const& table) noexcept {
    auto const strings = file.section(table.link());
    if (strings.type() != section_type::strtab)
        return malformed{reason::strings_missing, table.index(), table.file_offset()};
    if (!string_table::terminated(strings.contents()))
        return malformed{reason::strings_unterminated, strings.index(), strings.file_offset() + strings.size() - 1};
    return string_table{strings.contents()};
}

/// What is wrong with the size of a table or of its entries; more of them than 32 bits count are not read.
[[nodiscard]] constexpr malformed check_entries(section const& table, std::uint64_t entry) noexcept {
    if (table.entry_size() != entry) return {reason::entry_size, table.index(), table.file_offset()};
    std::uint64_t const size = table.contents().size();
    if (size % entry == 0 && size / entry < no_section) return {};
    return {reason::entry_truncated, table.index(), table.file_offset() + size};
}

} // namespace detail

/// The symbols in a section.
/// Costs: one pass over the table, no allocation
[[nodiscard]] constexpr parsed<symbol_table> symbols(view const& file, section const& from) noexcept {
    bool const has_symbols = from.type() == section_type::symtab || from.type() == section_type::dynsym;
    if (!has_symbols) return malformed{reason::not_a_symbol_table, from.index(), from.file_offset()};
    malformed problem = detail::check_entries(from, wire::symbol_size);
    if (problem.why != reason::none) return problem;
    auto const strings = detail::linked_strings(file, from);
    if (!strings) return strings.error();

    symbol_table made;
    made.records_ = from.contents();
    made.strings_ = *strings;
    made.size_ = static_cast<std::uint32_t>(from.contents().size() / wire::symbol_size);
    made.section_ = from.index();
    made.swapped_ = file.is_swapped();
    problem = made.check(file, from.file_offset());
    if (problem.why != reason::none) return problem;
    return made;
}

/// The symbols in the first section of a type; none where the file has no such section.
[[nodiscard]] constexpr parsed<symbol_table> symbols(view const& file, section_type type) noexcept {
    auto const from = file.find(type);
    return from ? symbols(file, *from) : symbol_table{};
}

} // namespace bpfxx::elf
