#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes_in_constants.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::elf {

/// Strings that end with zero bytes, found by where they start. Made from bytes of which the last is zero, so that
/// every string ends; from none it contains none.
class string_table {
  public:
    constexpr string_table() noexcept = default;
    explicit constexpr string_table(std::string_view bytes) noexcept : bytes_{bytes} {}

    /// True for bytes that can be made into a table.
    [[nodiscard]] static constexpr bool terminated(std::string_view bytes) noexcept {
        return bytes.empty() || bytes.back() == '\0';
    }

    /// Without bytes there is still the empty string, at 0.
    [[nodiscard]] constexpr bool contains(std::uint32_t offset) const noexcept {
        return offset < bytes_.size() || offset == 0;
    }

    /// The string that starts there; empty outside the table.
    [[nodiscard]] constexpr std::string_view at(std::uint32_t offset) const noexcept {
        if (offset >= bytes_.size()) return {};
        return first_string({bytes_.data() + offset, bytes_.size() - offset});
    }

    /// True when the string that starts there is `text`, found without looking for its end.
    [[nodiscard]] constexpr bool equals(std::uint32_t offset, std::string_view text) const noexcept {
        if (offset >= bytes_.size()) return text.empty();
        std::string_view const here{bytes_.data() + offset, bytes_.size() - offset};
        if (text.size() >= here.size() || here[text.size()] != '\0') return false;
        // A zero byte inside `text` would let it match across two neighbouring strings.
        return std::string_view{here.data(), text.size()} == text && first_string(text).size() == text.size();
    }

    /// Everything before the first zero byte, or all.
    [[nodiscard]] static constexpr std::string_view first_string(std::string_view text) noexcept {
        return {text.data(), bpfxx::detail::position_of('\0', text)};
    }

  private:
    std::string_view bytes_;
};

} // namespace bpfxx::elf
