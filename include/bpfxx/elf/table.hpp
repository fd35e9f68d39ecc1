#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/iterator_tags.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace bpfxx::elf {

/// Walks whatever has a `size()` and an `operator[]` that makes the element. It points to the table.
template <class Table>
class table_iterator {
  public:
    using value_type = decltype(std::declval<Table const&>()[0]);
    using reference = value_type;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;

    constexpr table_iterator() noexcept = default;
    constexpr table_iterator(Table const& table, std::uint32_t index) noexcept : table_{&table}, index_{index} {}

    [[nodiscard]] constexpr value_type operator*() const noexcept { return (*table_)[index_]; }
    constexpr table_iterator& operator++() noexcept {
        ++index_;
        return *this;
    }
    constexpr table_iterator operator++(int) noexcept {
        table_iterator const before = *this;
        ++index_;
        return before;
    }
    friend constexpr bool operator==(table_iterator left, table_iterator right) noexcept {
        return left.index_ == right.index_;
    }

  private:
    Table const* table_ = nullptr;
    std::uint32_t index_ = 0;
};

} // namespace bpfxx::elf
