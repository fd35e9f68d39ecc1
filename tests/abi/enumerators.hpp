#pragma once
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// The enumerators of an enum by name, so that one that is added later is compared without anybody listing it: a
// compiler spells a template argument as `map_type::hash` where that value has a name, else as `(map_type)99`.
namespace abi {

/// The name of an enumerator; empty for a value without one. Of two names for one value it is the first.
template <auto Value>
[[nodiscard]] constexpr std::string_view spelled() noexcept {
    std::string_view text = __PRETTY_FUNCTION__;
    std::string_view const before = "Value = ";
    text.remove_prefix(text.find(before) + before.size());
    text = text.substr(0, text.find_first_of(";]"));
    if (text.find('(') != text.npos) return {};
    return text.substr(text.rfind(':') + 1);
}

struct enumerator {
    std::string_view name;
    std::uint64_t value = 0;
};

enum class search { every_value, single_bits };

/// How many values of each enum are tried: those of one byte and a little more, or zero and every bit.
template <class E, search How>
inline constexpr std::size_t tried = How == search::single_bits ? 1 + sizeof(E) * 8
                                     : sizeof(E) == 1           ? 0x100
                                                                : 0x120;

template <class E, search How>
[[nodiscard]] constexpr E tried_value(std::size_t index) noexcept {
    using number = std::underlying_type_t<E>;
    if constexpr (How == search::every_value) return static_cast<E>(static_cast<number>(index));
    return index == 0 ? E{} : static_cast<E>(static_cast<number>(number{1} << (index - 1)));
}

template <class E, search How = search::every_value>
[[nodiscard]] std::vector<enumerator> enumerators() {
    static constexpr auto all = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<enumerator, sizeof...(Index)>{enumerator{
            spelled<tried_value<E, How>(Index)>(), static_cast<std::uint64_t>(tried_value<E, How>(Index))}...};
    }(std::make_index_sequence<tried<E, How>>{});
    std::vector<enumerator> found;
    for (enumerator const& one : all)
        if (!one.name.empty()) found.push_back(one);
    return found;
}

} // namespace abi
