#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/table.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::elf {

/// A place that depends on a symbol.
/// UAPI: `Elf64_Rel`, `Elf64_Rela`
struct relocation {
    /// Bytes from the start of the section that is changed, or an address in a file that is linked.
    std::uint64_t offset = 0;
    /// How it depends; the number means something else on each machine.
    std::uint32_t type = 0;
    /// The symbol's number in the table that the relocations belong to; 0 is none.
    std::uint32_t symbol = 0;
    /// Nothing where the addend stands in the place itself.
    std::optional<std::int64_t> addend{};

    friend constexpr bool operator==(relocation const&, relocation const&) noexcept = default;
};

/// The relocations of one section. Symbol numbers, and offsets in objects that are not linked yet, were checked when it
/// was made; that the whole place lies inside its section is not, for it is the type that says how long the place is.
/// UAPI: SHT_REL, SHT_RELA
class relocation_table {
  public:
    constexpr relocation_table() noexcept = default;

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

    [[nodiscard]] constexpr relocation operator[](std::uint32_t index) const noexcept {
        if (index >= size_) return {};
        char const* const at = records_.data() + index * entry_;
        auto const record = wire::load_rel(at, swapped_);
        relocation made{record.offset, static_cast<std::uint32_t>(record.info),
                        static_cast<std::uint32_t>(record.info >> 32)};
        if (entry_ == wire::rela_size)
            made.addend = static_cast<std::int64_t>(wire::load<std::uint64_t>(at + wire::rel_size, swapped_));
        return made;
    }

    [[nodiscard]] constexpr auto begin() const noexcept { return table_iterator{*this, 0}; }
    [[nodiscard]] constexpr auto end() const noexcept { return table_iterator{*this, size_}; }

    /// The section that is changed; 0 in a file that is linked, where addresses say it.
    [[nodiscard]] constexpr std::uint32_t target() const noexcept { return target_; }

    /// The section with the symbols; 0 where none are needed.
    [[nodiscard]] constexpr std::uint32_t symbols() const noexcept { return symbols_; }

  private:
    friend constexpr parsed<relocation_table> relocations(view const& file, section const& from) noexcept;

    constexpr malformed check(std::uint64_t symbol_count, std::uint64_t target_size,
                              section const& from) const noexcept {
        for (std::uint32_t index = 0; index != size_; ++index) {
            auto const one = (*this)[index];
            std::uint64_t const at = from.file_offset() + index * entry_;
            if (one.symbol != 0 && one.symbol >= symbol_count) return {reason::symbol_index_outside, from.index(), at};
            if (one.offset >= target_size) return {reason::relocation_outside, from.index(), at};
        }
        return {};
    }

    std::string_view records_;
    std::size_t entry_ = wire::rel_size;
    std::uint32_t size_ = 0;
    std::uint32_t target_ = 0;
    std::uint32_t symbols_ = 0;
    bool swapped_ = false;
};

/// The relocations in a section.
/// Costs: one pass over the table, no allocation
[[nodiscard]] constexpr parsed<relocation_table> relocations(view const& file, section const& from) noexcept {
    bool const with_addends = from.type() == section_type::rela;
    if (!with_addends && from.type() != section_type::rel)
        return malformed{reason::not_relocations, from.index(), from.file_offset()};
    std::size_t const entry = with_addends ? wire::rela_size : wire::rel_size;
    malformed problem = detail::check_entries(from, entry);
    if (problem.why != reason::none) return problem;

    auto const symbols = file.section(from.link());
    bool const has_symbols = symbols.type() == section_type::symtab || symbols.type() == section_type::dynsym;
    if (from.link() != 0 && !has_symbols)
        return malformed{reason::not_a_symbol_table, from.index(), from.file_offset()};
    bool const linked = file.type() != file_type::relocatable;
    if (from.info() >= file.section_count() || (!linked && from.info() == 0))
        return malformed{reason::section_index_outside, from.index(), from.file_offset()};

    relocation_table made;
    made.records_ = from.contents();
    made.entry_ = entry;
    made.size_ = static_cast<std::uint32_t>(from.contents().size() / entry);
    made.target_ = from.info();
    made.symbols_ = from.link();
    made.swapped_ = file.is_swapped();
    constexpr std::uint64_t anywhere = ~std::uint64_t{0};
    problem = made.check(symbols.contents().size() / wire::symbol_size,
                         linked ? anywhere : file.section(from.info()).size(), from);
    if (problem.why != reason::none) return problem;
    return made;
}

} // namespace bpfxx::elf
