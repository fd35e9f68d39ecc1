#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/bytes_in_constants.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// The strings of one blob, those of its base included, and the byte order of its records. A view owns one; every type,
/// member and enumerator points to it.
class string_section {
  public:
    constexpr string_section() noexcept = default;

    /// Offsets below the length of the base's strings belong to the base, if there is one. The strings must end with a
    /// zero byte, which view::parse has checked.
    constexpr string_section(std::string_view own, std::string_view base, bool swapped) noexcept
        : own_{own}, base_{base}, swapped_{swapped} {}

    /// True when the records were written in the other byte order than this machine's.
    [[nodiscard]] constexpr bool swapped() const noexcept { return swapped_; }

    /// The section's bytes, those of the base not included.
    [[nodiscard]] constexpr std::string_view own() const noexcept { return own_; }

    /// True when the offset lies inside the section or its base.
    [[nodiscard]] constexpr bool contains(std::uint32_t offset) const noexcept {
        return offset < base_.size() || offset - base_.size() < own_.size();
    }

    /// The string at an offset that the blob's own records hold; view::parse has checked all of those.
    [[nodiscard]] constexpr std::string_view known(std::uint32_t offset) const noexcept {
        std::string_view const here = tail(offset);
        return {here.data(), bpfxx::detail::position_of('\0', here)};
    }

    /// The string at an offset from elsewhere, such as .BTF.ext; nothing when it lies outside.
    [[nodiscard]] constexpr std::optional<std::string_view> at(string_offset offset) const noexcept {
        if (!contains(number(offset))) return std::nullopt;
        return known(number(offset));
    }

    /// True when the string at an offset of the blob's own records is `text`. Cheaper than comparing with known(),
    /// which has to find the end of the string first.
    [[nodiscard]] constexpr bool equals(std::uint32_t offset, std::string_view text) const noexcept {
        std::string_view const here = tail(offset);
        if (text.size() >= here.size() || here[0] != (text.empty() ? '\0' : text[0])) return false;
        if (here[text.size()] != '\0' || std::string_view{here.data(), text.size()} != text) return false;
        // A zero byte inside `text` would let it match across two neighbouring strings.
        return bpfxx::detail::position_of('\0', text) == text.size();
    }

    /// Everything from an offset of the blob's own records up to the end of the section that it lies in.
    [[nodiscard]] constexpr std::string_view tail(std::uint32_t offset) const noexcept {
        bool const in_base = offset < base_.size();
        std::string_view const section = in_base ? base_ : own_;
        std::size_t const skip = in_base ? offset : offset - base_.size();
        return {section.data() + skip, section.size() - skip};
    }

  private:
    std::string_view own_;
    std::string_view base_;
    bool swapped_ = false;
};

} // namespace bpfxx::btf
