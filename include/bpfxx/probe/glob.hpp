#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <string_view>

namespace bpfxx::probe {

namespace detail {

struct set_match {
    bool matches = false;
    /// Where the pattern goes on; 0 where the bracket is never closed and stands for itself.
    std::size_t next = 0;
};

/// Compares a character with `[abc]`, `[a-z]` or `[!a-z]`, which starts at `at`. A `]` right at the start is a member.
[[nodiscard]] constexpr set_match match_set(std::string_view pattern, std::size_t at, char character) noexcept {
    std::size_t i = at + 1;
    bool const negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    if (negated) ++i;
    std::size_t const first = i;
    bool found = false;
    for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
        bool const range = i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']';
        if (range) {
            found |= pattern[i] <= character && character <= pattern[i + 2];
            i += 2;
        } else
            found |= pattern[i] == character;
    }
    if (i >= pattern.size()) return {};
    return {found != negated, i + 1};
}

/// Where the pattern goes on after it took one character; 0 where it does not take it.
[[nodiscard]] constexpr std::size_t match_one(std::string_view pattern, std::size_t at, char character) noexcept {
    if (pattern[at] == '[') {
        auto const set = match_set(pattern, at, character);
        if (set.next != 0) return set.matches ? set.next : 0;
    }
    return pattern[at] == '?' || pattern[at] == character ? at + 1 : 0;
}

} // namespace detail

/// Whether a whole text is of a pattern: `*` any characters, `?` any one, `[a-z]` one of these, `[!a-z]` one of no
/// others; everything else stands for itself.
/// Costs: at most the product of both lengths
[[nodiscard]] constexpr bool matches(std::string_view pattern, std::string_view text) noexcept {
    constexpr std::size_t none = std::string_view::npos;
    std::size_t in_pattern = 0, in_text = 0;
    // What the last `*` took can grow; that of an earlier one need not.
    std::size_t behind_star = none, star_took_to = 0;
    while (in_text != text.size()) {
        if (in_pattern != pattern.size() && pattern[in_pattern] == '*') {
            behind_star = ++in_pattern;
            star_took_to = in_text;
            continue;
        }
        std::size_t const next =
            in_pattern == pattern.size() ? 0 : detail::match_one(pattern, in_pattern, text[in_text]);
        if (next != 0) {
            in_pattern = next;
            ++in_text;
        } else if (behind_star != none) {
            in_pattern = behind_star;
            in_text = ++star_took_to;
        } else
            return false;
    }
    while (in_pattern != pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
    return in_pattern == pattern.size();
}

} // namespace bpfxx::probe
