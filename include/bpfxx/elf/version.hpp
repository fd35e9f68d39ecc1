#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::elf {

/// The version of a symbol, such as GLIBC_2.2.5.
struct symbol_version {
    /// Empty where it has none.
    std::string_view name{};
    /// Whether programs that are linked now get it: `name@@VERSION` and not `name@VERSION`.
    bool is_default = true;

    friend constexpr bool operator==(symbol_version, symbol_version) noexcept = default;
};

/// The versions that a library defines for its dynamic symbols. A default constructed one knows of none.
/// UAPI: SHT_GNU_versym, SHT_GNU_verdef
class symbol_versions {
  public:
    constexpr symbol_versions() noexcept = default;

    /// The version of the dynamic symbol with a number.
    /// Costs: one walk over the versions that are defined
    [[nodiscard]] constexpr symbol_version of(std::uint32_t symbol) const noexcept {
        if (symbol >= indices_.size() / 2) return {};
        auto const index = wire::load<std::uint16_t>(indices_.data() + std::uint64_t{symbol} * 2, swapped_);
        return {name_of(index & 0x7fff), (index & 0x8000) == 0};
    }

  private:
    friend constexpr parsed<symbol_versions> versions(view const& file, symbol_table const& of) noexcept;

    static constexpr std::uint64_t definition_size = 20;
    static constexpr std::uint64_t auxiliary_size = 8;
    static constexpr std::uint16_t base_flag = 1;

    struct definition {
        std::uint16_t flags = 0;
        std::uint16_t index = 0;
        std::uint32_t name = 0;
        std::uint32_t next = 0;
        bool inside = false;
    };

    [[nodiscard]] constexpr definition definition_at(std::uint64_t at) const noexcept {
        if (!wire::inside(at, definition_size, definitions_.size())) return {};
        char const* const start = definitions_.data() + at;
        std::uint64_t const auxiliary = at + wire::load<std::uint32_t>(start + 12, swapped_);
        if (!wire::inside(auxiliary, auxiliary_size, definitions_.size())) return {};
        return {wire::load<std::uint16_t>(start + 2, swapped_), wire::load<std::uint16_t>(start + 4, swapped_),
                wire::load<std::uint32_t>(definitions_.data() + auxiliary, swapped_),
                wire::load<std::uint32_t>(start + 16, swapped_), true};
    }

    // The base definition names the library itself, which is no version of a symbol.
    [[nodiscard]] constexpr std::string_view name_of(std::uint16_t index) const noexcept {
        if (index < 2) return {};
        for (std::uint64_t at = 0; at < definitions_.size();) {
            auto const one = definition_at(at);
            if (one.index == index && (one.flags & base_flag) == 0) return strings_.at(one.name);
            if (one.next == 0) return {};
            at += one.next;
        }
        return {};
    }

    // Each definition lies behind the one before, so that every walk has an end.
    constexpr malformed check(section const& from) const noexcept {
        for (std::uint64_t at = 0; at < definitions_.size();) {
            auto const one = definition_at(at);
            std::uint64_t const where = from.file_offset() + at;
            if (!one.inside) return {reason::versions_truncated, from.index(), where};
            if (!strings_.contains(one.name)) return {reason::name_outside, from.index(), where};
            if (one.next == 0) return {};
            at += one.next;
            if (at >= definitions_.size()) return {reason::versions_truncated, from.index(), where};
        }
        return {};
    }

    std::string_view indices_;
    std::string_view definitions_;
    string_table strings_;
    bool swapped_ = false;
};

/// The versions of the symbols in a table; of none where the file has no versions.
/// Costs: one pass over the versions that are defined, no allocation
[[nodiscard]] constexpr parsed<symbol_versions> versions(view const& file, symbol_table const& of) noexcept {
    auto const indices = file.find(section_type::gnu_versym);
    auto const definitions = file.find(section_type::gnu_verdef);
    if (!indices || !definitions || indices->link() != of.section()) return symbol_versions{};
    if (indices->contents().size() / 2 < of.size())
        return malformed{reason::versions_truncated, indices->index(), indices->file_offset()};
    auto const strings = detail::linked_strings(file, *definitions);
    if (!strings) return strings.error();
    symbol_versions made;
    made.indices_ = indices->contents();
    made.definitions_ = definitions->contents();
    made.strings_ = *strings;
    made.swapped_ = file.is_swapped();
    malformed const problem = made.check(*definitions);
    if (problem.why != reason::none) return problem;
    return made;
}

} // namespace bpfxx::elf
