#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/sys/info/debug.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace bpfxx::core {

using sys::info::core_relo;
using sys::info::core_relo_kind;

/// What a relocation is about: a field, a type as a whole, or an enumerator.
enum class subject : std::uint8_t { none, field, type, enumerator };

/// `none` for a kind that bpfxx does not know.
[[nodiscard]] constexpr subject subject_of(core_relo_kind kind) noexcept {
    using enum core_relo_kind;
    switch (kind) {
    case field_byte_offset:
    case field_byte_size:
    case field_exists:
    case field_signed:
    case field_lshift_u64:
    case field_rshift_u64: return subject::field;
    case type_id_local:
    case type_id_target:
    case type_exists:
    case type_size:
    case type_matches: return subject::type;
    case enumval_exists:
    case enumval_value: return subject::enumerator;
    }
    return subject::none;
}

/// How many steps an access string may have.
inline constexpr std::uint32_t longest_access = 64;

/// One step from a type to a part of it: to a member by its name, or, where the name is empty, to an element.
struct step {
    btf::type_id type{}; // of the struct or union that has the member; of the element
    std::uint32_t index = 0;
    std::string_view name;
};

/// An access string such as `0:1:2`, understood: the way from a pointer to the part that the program touches. Anonymous
/// structs and unions on the way are no step of their own, as other targets may have or lack them.
struct access {
    std::array<step, longest_access> steps{};
    std::uint32_t count = 0;
    std::uint64_t bit_offset = 0;
};

namespace detail {

/// The numbers of an access string, one after the other.
class access_numbers {
  public:
    constexpr explicit access_numbers(std::string_view text) noexcept : text_{text} {}

    [[nodiscard]] constexpr bool at_end() const noexcept { return at_ == text_.size(); }

    /// Nothing when the text goes on with anything but a number that fits 31 bits; a colon has to stand before all but
    /// the first.
    [[nodiscard]] constexpr std::optional<std::uint32_t> next() noexcept {
        if (at_ != 0 && text_[at_] != ':') return {};
        if (at_ != 0) ++at_;
        std::size_t const first = at_;
        std::uint64_t number = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            number = number * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
            if (number > std::numeric_limits<std::int32_t>::max()) return {};
        }
        if (at_ == first) return {};
        return static_cast<std::uint32_t>(number);
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// Where an array without a length is the last member of its struct, it goes on past its end.
template <class Types>
[[nodiscard]] constexpr bool is_flexible(Types& in, btf::type_id holder, std::uint32_t index, bool is_member,
                                         btf::array_info shape) noexcept {
    return is_member && shape.count == 0 && index + 1 == in.type(holder).vlen();
}

/// Moves an offset by some elements of a type. Offsets stay below 32 bits, as those of the reference loader.
template <class Types>
constexpr bool move_by(Types& in, std::uint32_t elements, btf::type_id type, std::uint64_t& bit_offset,
                       effort& spent) noexcept {
    auto const size = size_of(in, type);
    if (!size) return spent.fail(reason::no_size);
    bit_offset += std::uint64_t{elements} * *size * 8;
    return bit_offset <= std::numeric_limits<std::uint32_t>::max() || spent.fail(reason::too_far);
}

/// Follows the access string of a relocation through the types of the object.
class access_reader {
  public:
    constexpr access_reader(local_types const& in, access& made, effort& spent) noexcept
        : in_{in}, made_{made}, spent_{spent} {}

    constexpr bool read(core_relo const& from) noexcept {
        auto const text = in_.view().string(btf::string_offset{from.access_str_off});
        if (!text) return spent_.fail(reason::access_outside);
        subject const about = subject_of(from.kind);
        if (about == subject::none) return spent_.fail(reason::unknown_kind);
        if (about == subject::type) return *text == "0" || spent_.fail(reason::access_text);
        access_numbers numbers{*text};
        auto const first = numbers.next();
        if (!first) return spent_.fail(reason::access_text);
        btf::type const root = plain(in_, btf::type_id{from.type_id}, spent_);
        if (about == subject::enumerator) return numbers.at_end() ? enumerator(root, *first) : too_long();
        if (!move_by(in_, *first, root.id(), made_.bit_offset, spent_)) return false;
        push({root.id(), *first, {}});
        current_ = root.id();
        return follow(numbers);
    }

  private:
    constexpr bool too_long() noexcept { return spent_.fail(reason::access_text); }

    constexpr void push(step one) noexcept { made_.steps[made_.count++] = one; }

    constexpr bool enumerator(btf::type root, std::uint32_t index) noexcept {
        auto const found = root.enumerators().at(index);
        if (!found) return spent_.fail(reason::access_no_enumerator);
        push({root.id(), index, found->name()});
        return true;
    }

    constexpr bool follow(access_numbers& numbers) noexcept {
        for (std::uint32_t length = 1; !numbers.at_end(); ++length) {
            auto const index = numbers.next();
            if (!index) return spent_.fail(reason::access_text);
            if (length == longest_access) return spent_.fail(reason::access_too_long);
            btf::type const holder = plain(in_, current_, spent_);
            if (holder.is_composite() ? !member(holder, *index) : !element(holder, *index)) return false;
        }
        return !spent_.failed();
    }

    constexpr bool member(btf::type holder, std::uint32_t index) noexcept {
        auto const found = holder.members().at(index);
        if (!found) return spent_.fail(reason::access_no_member);
        made_.bit_offset += found->bit_offset();
        if (made_.bit_offset > std::numeric_limits<std::uint32_t>::max()) return spent_.fail(reason::too_far);
        std::string_view const name = found->name();
        if (!name.empty()) push({holder.id(), index, name});
        current_ = found->type();
        return true;
    }

    constexpr bool element(btf::type holder, std::uint32_t index) noexcept {
        auto const shape = holder.array();
        if (!shape) return spent_.fail(reason::access_no_composite);
        step const& before = made_.steps[made_.count - 1];
        bool const flexible = is_flexible(in_, before.type, before.index, !before.name.empty(), *shape);
        if (!flexible && index >= shape->count) return spent_.fail(reason::access_no_element);
        current_ = plain(in_, shape->element, spent_).id();
        push({current_, index, {}});
        return move_by(in_, index, current_, made_.bit_offset, spent_);
    }

    local_types const& in_;
    access& made_;
    effort& spent_;
    btf::type_id current_{};
};

} // namespace detail

/// Reads the access string of a relocation; for one about a whole type there are no steps.
/// Errors: no_such_type, unknown_kind, access_…, no_size, too_far, chain_too_long
[[nodiscard]] constexpr parsed<access> read_access(btf::indexed_view const& local, core_relo const& from) noexcept {
    btf::type_id const type{from.type_id};
    if (!local.contains(type)) return malformed{reason::no_such_type, no_relocation, type};
    access made;
    detail::effort spent;
    detail::local_types const in{local};
    if (detail::access_reader{in, made, spent}.read(from)) return made;
    return malformed{spent.why(), no_relocation, type};
}

} // namespace bpfxx::core
