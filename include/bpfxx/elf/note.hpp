#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::elf {

/// A note: a number that means something to its owner, and what it describes.
/// UAPI: `Elf64_Nhdr`
struct note {
    std::string_view owner;
    std::uint32_t type = 0;
    std::string_view descriptor;
};

/// The notes of one section; that each lies inside it was checked when this was made.
class note_range {
  public:
    class iterator {
      public:
        using value_type = note;
        using reference = note;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr iterator(note_range const& range, std::uint64_t at) noexcept : range_{&range}, at_{at} {}

        [[nodiscard]] constexpr note operator*() const noexcept { return range_->layout_at(at_).what; }
        constexpr iterator& operator++() noexcept {
            at_ = range_->layout_at(at_).next;
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(iterator left, iterator right) noexcept { return left.at_ == right.at_; }

      private:
        note_range const* range_ = nullptr;
        std::uint64_t at_ = 0;
    };

    constexpr note_range() noexcept = default;

    [[nodiscard]] constexpr iterator begin() const noexcept { return {*this, 0}; }
    [[nodiscard]] constexpr iterator end() const noexcept { return {*this, bytes_.size()}; }

  private:
    friend constexpr parsed<note_range> notes(view const& file, section const& from) noexcept;

    struct layout {
        note what;
        std::uint64_t next = 0;
        bool inside = false;
    };

    [[nodiscard]] constexpr std::uint64_t padded(std::uint64_t size) const noexcept {
        return (size + alignment_ - 1) & ~(alignment_ - 1);
    }

    // Sizes have 32 bits each, so that no sum of them can overflow. The padding of the last note may be missing.
    [[nodiscard]] constexpr layout layout_at(std::uint64_t at) const noexcept {
        if (!wire::inside(at, wire::note_header_size, bytes_.size())) return {};
        wire::reader from{bytes_.data() + at, swapped_};
        std::uint64_t const owner_size = from.next<std::uint32_t>();
        std::uint64_t const size = from.next<std::uint32_t>();
        auto const type = from.next<std::uint32_t>();
        std::uint64_t const owner = at + wire::note_header_size;
        std::uint64_t const descriptor = padded(owner + owner_size);
        if (!wire::inside(owner, owner_size, bytes_.size()) || !wire::inside(descriptor, size, bytes_.size()))
            return {};
        std::uint64_t const next = padded(descriptor + size);
        return {{string_table::first_string(wire::part(bytes_, owner, owner_size)), type,
                 wire::part(bytes_, descriptor, size)},
                next < bytes_.size() ? next : bytes_.size(),
                true};
    }

    std::string_view bytes_;
    std::uint64_t alignment_ = 4;
    bool swapped_ = false;
};

/// The notes in a section.
/// Costs: one pass over the notes, no allocation
[[nodiscard]] constexpr parsed<note_range> notes(view const& file, section const& from) noexcept {
    if (from.type() != section_type::note) return malformed{reason::not_notes, from.index(), from.file_offset()};
    note_range made;
    made.bytes_ = from.contents();
    made.alignment_ = from.alignment() == 8 ? 8 : 4;
    made.swapped_ = file.is_swapped();
    for (std::uint64_t at = 0; at != made.bytes_.size();) {
        auto const one = made.layout_at(at);
        if (!one.inside) return malformed{reason::note_truncated, from.index(), from.file_offset() + at};
        at = one.next;
    }
    return made;
}

} // namespace bpfxx::elf
