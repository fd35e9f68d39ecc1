#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx {

/// A failure as a value: what went wrong and during which call.
struct error {
    errc code;
    command during;

    friend constexpr bool operator==(error, error) noexcept = default;
};

static_assert(sizeof(error) == 8 && std::is_trivially_copyable_v<error>);

/// An error in words, in a buffer of its own: `BPF_MAP_CREATE: EPERM (operation not permitted)`.
class error_text {
  public:
    [[gnu::cold]] constexpr explicit error_text(error failure) noexcept {
        append(name(failure.during));
        append(": ");
        append(name(failure.code));
        if (name(failure.code) == "unknown error") append_number(static_cast<std::int32_t>(failure.code));
        append(" (");
        append(text(failure.code));
        append(")");
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters_, size_}; }
    [[nodiscard]] constexpr char const* c_str() const noexcept { return characters_; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return view(); }

  private:
    static constexpr std::size_t capacity = 191;

    [[gnu::noinline]] constexpr void append(std::string_view piece) noexcept {
        for (char const character : piece)
            if (size_ < capacity) characters_[size_++] = character;
    }

    constexpr void append_number(std::int32_t number) noexcept {
        char digits[12]{};
        std::size_t count = 0;
        // Negated digit by digit, so that the smallest number has no special case.
        for (std::int32_t rest = number; rest != 0 || count == 0; rest /= 10)
            digits[count++] = static_cast<char>('0' + (rest % 10 < 0 ? -(rest % 10) : rest % 10));
        append(number < 0 ? " -" : " ");
        while (count != 0) append(std::string_view{&digits[--count], 1});
    }

    char characters_[capacity + 1]{};
    std::size_t size_ = 0;
};

/// An error in words, for a person.
/// Costs: no allocation; about 200 bytes on the stack
[[nodiscard]] constexpr error_text describe(error failure) noexcept { return error_text{failure}; }

} // namespace bpfxx
