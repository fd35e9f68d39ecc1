#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/object/malformed.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::object::detail {

/// A section that BTF describes.
struct typed_section {
    /// The BTF_KIND_DATASEC.
    btf::type type{};
    /// Its number in the file; 0 for what the file has no bytes of, as .kconfig and .ksyms.
    std::uint32_t section = 0;
    /// Where the search for the next symbol's variable starts: symbols and variables come in nearly the same order.
    std::uint32_t cursor = 0;
    /// For whoever uses this.
    std::uint32_t number = 0;
    std::uint32_t found = 0;

    /// Linked objects have offsets in BTF; in the others those of global variables are with their symbols only.
    [[nodiscard]] constexpr bool has_offsets() const noexcept { return type.size() != 0; }
};

/// True for the symbol of a variable that other files can see.
[[nodiscard]] constexpr bool is_global_variable(elf::symbol const& symbol) noexcept {
    bool const global =
        symbol.binding() == elf::symbol_binding::global || symbol.binding() == elf::symbol_binding::weak;
    return global && symbol.type() == elf::symbol_type::object && symbol.section().has_value() && symbol.is_defined();
}

/// True for a symbol that stays within its object: what it names counts as static.
[[nodiscard]] constexpr bool is_hidden(elf::symbol const& symbol) noexcept {
    return symbol.visibility() == elf::symbol_visibility::hidden ||
           symbol.visibility() == elf::symbol_visibility::internal;
}

/// The sections that BTF describes, found once.
/// Costs: one walk over the types, no allocation
class typed_sections {
  public:
    static constexpr std::uint32_t capacity = 64;

    constexpr typed_sections() noexcept = default;

    [[nodiscard]] static constexpr parsed<typed_sections> find_all(elf::view const& file,
                                                                   btf::view const& types) noexcept {
        typed_sections made;
        for (btf::type const type : types.types()) {
            if (type.kind() != btf::kind::datasec) continue;
            if (made.size_ == capacity) return malformed{reason::data_sections_too_many, no_section, 0, type.name()};
            auto const section = file.find(type.name());
            made.all_[made.size_++] = {.type = type, .section = section ? section->index() : 0};
        }
        return made;
    }

    [[nodiscard]] constexpr typed_section* begin() noexcept { return all_.data(); }
    [[nodiscard]] constexpr typed_section* end() noexcept { return all_.data() + size_; }

    /// The first of a name; null when there is none.
    [[nodiscard]] constexpr typed_section* find(std::string_view name) noexcept {
        for (std::uint32_t at = 0; at != size_; ++at)
            if (all_[at].type.has_name(name)) return &all_[at];
        return nullptr;
    }

    /// The first with a number in the file; null when there is none.
    [[nodiscard]] constexpr typed_section* find(std::uint32_t section) noexcept {
        if (section == 0) return nullptr;
        if (last_ < size_ && all_[last_].section == section) return &all_[last_];
        for (last_ = 0; last_ != size_; ++last_)
            if (all_[last_].section == section) return &all_[last_];
        return nullptr;
    }

  private:
    std::array<typed_section, capacity> all_{};
    std::uint32_t size_ = 0;
    std::uint32_t last_ = 0;
};

/// Which of a section's variables a name is; nothing when none is.
[[nodiscard]] constexpr std::optional<std::uint32_t> find_variable(btf::indexed_view const& types, typed_section& in,
                                                                   std::string_view name) noexcept {
    auto const variables = in.type.variables();
    std::uint32_t const count = variables.size();
    for (std::uint32_t step = 0; step != count; ++step) {
        if (in.cursor >= count) in.cursor = 0;
        std::uint32_t const at = in.cursor++;
        btf::type const candidate = types.type(variables.at(at)->type());
        if (candidate.kind() == btf::kind::var && candidate.has_name(name)) return at;
    }
    return std::nullopt;
}

} // namespace bpfxx::object::detail
