#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::perf::detail {

/// Text put together in a room of fixed size, NUL behind it; what does not fit is left out and remembered.
template <std::size_t Capacity>
class text {
  public:
    text& operator<<(std::string_view piece) noexcept {
        if (piece.size() > Capacity - size_) {
            fits_ = false;
            return *this;
        }
        for (char const character : piece) characters_[size_++] = character;
        characters_[size_] = '\0';
        return *this;
    }

    text& operator<<(std::unsigned_integral auto number) noexcept {
        char digits[20];
        auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return *this << std::string_view{digits, static_cast<std::size_t>(end - digits)};
    }

    [[nodiscard]] bool fits() const noexcept { return fits_; }
    [[nodiscard]] char const* c_str() const noexcept { return characters_; }
    [[nodiscard]] std::string_view view() const noexcept { return {characters_, size_}; }

  private:
    char characters_[Capacity + 1]{};
    std::size_t size_ = 0;
    bool fits_ = true;
};

} // namespace bpfxx::perf::detail
