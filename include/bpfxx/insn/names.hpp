#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::insn::detail {

/// A name, the slot that it belongs to, the one named or the one that names, and the subprogram in which that stands,
/// counted from the main program, 0.
struct named_slot {
    std::string_view name;
    std::size_t slot = 0;
    std::size_t owner = 0;
};

/// At most Count names, found by hashing: comparing each with each would take compilers to their limits.
template <std::size_t Count>
class name_table {
  public:
    /// False where the owner has one of this name already.
    constexpr bool add(named_slot const& one) noexcept {
        auto& place = index_[place_of(one.name, one.owner)];
        if (place != 0) return false;
        names_[used_] = one;
        place = static_cast<std::uint32_t>(++used_);
        return true;
    }

    constexpr named_slot const* find(std::string_view name, std::size_t owner = 0) const noexcept {
        auto const place = index_[place_of(name, owner)];
        return place == 0 ? nullptr : &names_[place - 1];
    }

    /// Whether anybody has one of this name.
    constexpr bool has(std::string_view name) const noexcept {
        for (std::size_t i = 0; i != used_; ++i)
            if (names_[i].name == name) return true;
        return false;
    }

    constexpr std::size_t size() const noexcept { return used_; }
    constexpr named_slot const& operator[](std::size_t i) const noexcept { return names_[i]; }

  private:
    static constexpr std::size_t places = std::bit_ceil(2 * Count + 1);

    // FNV-1a.
    static constexpr std::uint32_t hash(std::string_view name, std::size_t owner) noexcept {
        auto mixed = 2'166'136'261u ^ static_cast<std::uint32_t>(owner);
        char const* const characters = name.data();
        for (std::size_t i = 0, size = name.size(); i != size; ++i)
            mixed = (mixed ^ static_cast<unsigned char>(characters[i])) * 16'777'619u;
        return mixed ^ mixed >> 15;
    }

    // The comparison of <string_view> calls two functions for each character.
    static constexpr bool same(std::string_view one, std::string_view other) noexcept {
        char const* const left = one.data();
        char const* const right = other.data();
        std::size_t const size = one.size();
        if (size != other.size()) return false;
        for (std::size_t i = 0; i != size; ++i)
            if (left[i] != right[i]) return false;
        return true;
    }

    constexpr std::size_t place_of(std::string_view name, std::size_t owner) const noexcept {
        auto place = hash(name, owner) % places;
        while (index_[place] != 0) {
            auto const& one = names_[index_[place] - 1];
            if (one.owner == owner && same(one.name, name)) break;
            place = (place + 1) % places;
        }
        return place;
    }

    // Plain arrays: compilers evaluate them in fewer steps than the functions of std::array.
    named_slot names_[Count + 1]{};
    std::uint32_t index_[places]{};
    std::size_t used_ = 0;
};

} // namespace bpfxx::insn::detail
