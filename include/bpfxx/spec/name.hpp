#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace bpfxx {

/// The name of a map or a program: at most 15 characters from [A-Za-z0-9_.], or none. A literal is checked while
/// compiling; `object_name::from` checks text that is only known at run time.
/// UAPI: BPF_OBJ_NAME_LEN, `map_name` and `prog_name` of `union bpf_attr`
/// Since: Linux 4.15
class object_name {
  public:
    static constexpr std::size_t capacity = 15;

    constexpr object_name() noexcept = default;

    template <std::size_t Size>
    consteval object_name(char const (&literal)[Size]) {
        if (literal[Size - 1] != '\0')
            ill_formed("the name of a BPF object is a string literal: this array does not end in 0");
        std::string_view const text{literal, Size - 1};
        if (text.size() > capacity) ill_formed("the name of a BPF object has at most 15 characters");
        if (!is_allowed(text)) ill_formed("the name of a BPF object may hold only letters, digits, '_' and '.'");
        assign(text);
    }

    /// The name, or nothing where the kernel would refuse it.
    [[nodiscard]] static constexpr std::optional<object_name> from(std::string_view text) noexcept {
        if (text.size() > capacity || !is_allowed(text)) return std::nullopt;
        object_name name;
        name.assign(text);
        return name;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept {
        std::size_t size = 0;
        while (size < capacity && characters_[size] != '\0') ++size;
        return {characters_, size};
    }

    friend constexpr bool operator==(object_name const&, object_name const&) noexcept = default;

  private:
    static constexpr bool is_allowed(std::string_view text) noexcept {
        for (char const c : text) {
            bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            bool const digit = c >= '0' && c <= '9';
            if (!letter && !digit && c != '_' && c != '.') return false;
        }
        return true;
    }

    constexpr void assign(std::string_view text) noexcept {
        for (std::size_t i = 0; i != text.size(); ++i) characters_[i] = text[i];
    }

    char characters_[capacity + 1]{};
};

static_assert(sizeof(object_name) == 16);

} // namespace bpfxx
