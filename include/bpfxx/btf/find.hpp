#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/members.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::btf {

namespace detail {

[[nodiscard]] constexpr bool is_named(type what, kind wanted, std::string_view name) noexcept {
    return what.kind() == wanted && what.has_name(name);
}

} // namespace detail

/// The first type of a kind and a name among a view's own types; those of its base are found through the base's view.
/// Costs: one walk up to the match, no allocation
[[nodiscard]] constexpr std::optional<type> find(view const& in, kind what, std::string_view name) noexcept {
    for (type const candidate : in.types()) {
        if (detail::is_named(candidate, what, name)) return candidate;
    }
    return std::nullopt;
}
std::optional<type> find(view const&& in, kind what, std::string_view name) = delete; // the answer points into the view

/// All types of a kind and a name, found as the range is walked.
class match_range {
  public:
    class iterator {
      public:
        using value_type = type;
        using reference = type;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr iterator(type_range::iterator at, type_range::iterator end, kind what, std::string_view name) noexcept
            : at_{at}, end_{end}, name_{name}, kind_{what} {
            skip_others();
        }

        [[nodiscard]] constexpr type operator*() const noexcept { return *at_; }
        constexpr iterator& operator++() noexcept {
            ++at_;
            skip_others();
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(iterator left, iterator right) noexcept { return left.at_ == right.at_; }

      private:
        constexpr void skip_others() noexcept {
            while (at_ != end_ && !detail::is_named(*at_, kind_, name_)) ++at_;
        }

        type_range::iterator at_;
        type_range::iterator end_;
        std::string_view name_;
        kind kind_ = kind::unkn;
    };

    constexpr match_range(type_range types, kind what, std::string_view name) noexcept
        : types_{types}, name_{name}, kind_{what} {}

    [[nodiscard]] constexpr iterator begin() const noexcept { return {types_.begin(), types_.end(), kind_, name_}; }
    [[nodiscard]] constexpr iterator end() const noexcept { return {types_.end(), types_.end(), kind_, name_}; }

  private:
    type_range types_;
    std::string_view name_;
    kind kind_;
};

/// Every type of a kind and a name among a view's own types, in the order of their ids.
/// Costs: nothing yet; each step of the range walks on to the next match
[[nodiscard]] constexpr match_range find_all(view const& in, kind what, std::string_view name) noexcept {
    return {in.types(), what, name};
}
match_range find_all(view const&& in, kind what, std::string_view name) = delete; // the answers point into the view

/// A question for the find that answers many at once; `found` stays void when there is no such type.
struct query {
    btf::kind kind = btf::kind::unkn;
    std::string_view name;
    type_id found = void_id;
};

namespace detail {

/// Tells most names that nobody asked for by their first three characters, without looking at the questions.
class query_filter {
  public:
    constexpr explicit query_filter(slice<query const> queries) noexcept {
        for (query const& asked : queries) {
            kinds_ |= bit(asked.kind);
            char const first = character(asked.name, 0);
            char const second = first == '\0' ? '\0' : character(asked.name, 1);
            char const third = second == '\0' ? '\0' : character(asked.name, 2);
            set(hash(first, second, third));
        }
    }

    [[nodiscard]] constexpr bool may_match(type candidate, string_section const& strings) const noexcept {
        if ((kinds_ & bit(candidate.kind())) == 0) return false;
        if (candidate.is_anonymous()) return has(hash('\0', '\0', '\0'));
        char const* const name = strings.tail(number(candidate.name_offset())).data();
        char const second = name[0] == '\0' ? '\0' : name[1];
        char const third = second == '\0' ? '\0' : name[2];
        return has(hash(name[0], second, third));
    }

  private:
    [[nodiscard]] static constexpr std::uint32_t bit(kind what) noexcept {
        return 1U << (static_cast<unsigned>(what) & 31U);
    }
    [[nodiscard]] static constexpr char character(std::string_view text, std::size_t position) noexcept {
        return position < text.size() ? text[position] : '\0';
    }
    [[nodiscard]] static constexpr std::uint32_t hash(char first, char second, char third) noexcept {
        // The low six bits tell letters, digits and underscores apart; twelve bits choose a place in the table.
        return ((static_cast<std::uint32_t>(first) & 0x3f) << 6 ^ (static_cast<std::uint32_t>(second) & 0x3f) << 3 ^
                (static_cast<std::uint32_t>(third) & 0x3f)) &
               0xfff;
    }
    constexpr void set(std::uint32_t position) noexcept { bits_[position / 64] |= std::uint64_t{1} << position % 64; }
    [[nodiscard]] constexpr bool has(std::uint32_t position) const noexcept {
        return (bits_[position / 64] >> position % 64 & 1) != 0;
    }

    std::array<std::uint64_t, 64> bits_{};
    std::uint32_t kinds_ = 0;
};

} // namespace detail

/// Answers many questions in one walk: sets `found` of each to the first match among the view's own types, and returns
/// how many have one. The same question may be asked twice.
/// Costs: one walk up to the last match, 520 bytes of stack, no allocation
[[nodiscard]] constexpr std::size_t find(view const& in, slice<query> queries) noexcept {
    for (query& asked : queries) asked.found = void_id;
    detail::query_filter const filter{queries};
    std::size_t answered = 0;
    for (type const candidate : in.types()) {
        if (answered == queries.size()) break;
        if (!filter.may_match(candidate, in.strings())) continue;
        for (query& asked : queries) {
            if (asked.found != void_id || !detail::is_named(candidate, asked.kind, asked.name)) continue;
            asked.found = candidate.id();
            ++answered;
        }
    }
    return answered;
}

/// The enumerator of a name in one enum; nothing when it has none, or when the type is no enum.
[[nodiscard]] constexpr std::optional<enumerator> find_enumerator(type in, std::string_view name) noexcept {
    for (enumerator const candidate : in.enumerators()) {
        if (candidate.has_name(name)) return candidate;
    }
    return std::nullopt;
}

/// The first enumerator of a name in any enum among a view's own types, anonymous enums included.
/// Costs: one walk over every enumerator up to the match, no allocation
[[nodiscard]] constexpr std::optional<enumerator> find_enumerator(view const& in, std::string_view name) noexcept {
    for (type const candidate : in.types()) {
        if (auto const found = find_enumerator(candidate, name)) return found;
    }
    return std::nullopt;
}
std::optional<enumerator> find_enumerator(view const&& in,
                                          std::string_view name) = delete; // the answer points into the view

/// The member of a name that a struct or union directly holds; `member_at` also looks into anonymous ones.
[[nodiscard]] constexpr std::optional<member> find_member(type in, std::string_view name) noexcept {
    for (member const candidate : in.members()) {
        if (candidate.has_name(name)) return candidate;
    }
    return std::nullopt;
}

} // namespace bpfxx::btf
