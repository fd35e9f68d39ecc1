#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/check.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// The types of a blob in the order of their ids, from a walk that needs no memory.
class type_range {
  public:
    class iterator {
      public:
        using value_type = btf::type;
        using reference = btf::type;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr iterator(char const* at, std::uint32_t id, string_section const* strings) noexcept
            : strings_{strings}, at_{at}, id_{id} {}

        [[nodiscard]] constexpr btf::type operator*() const noexcept { return {type_id{id_}, at_, *strings_}; }
        constexpr iterator& operator++() noexcept {
            std::uint32_t const info = wire::load_u32(at_ + 4, strings_->swapped());
            at_ += sizeof(wire::type_record) + wire::trailing_size(info);
            ++id_;
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(iterator left, iterator right) noexcept { return left.at_ == right.at_; }

      private:
        string_section const* strings_ = nullptr;
        char const* at_ = nullptr;
        std::uint32_t id_ = 0;
    };

    constexpr type_range() noexcept = default;
    constexpr type_range(std::string_view records, std::uint32_t first_id, string_section const& strings) noexcept
        : strings_{&strings}, records_{records}, first_id_{first_id} {}

    [[nodiscard]] constexpr iterator begin() const noexcept { return {records_.data(), first_id_, strings_}; }
    [[nodiscard]] constexpr iterator end() const noexcept { return {records_.data() + records_.size(), 0, strings_}; }

  private:
    string_section const* strings_ = nullptr;
    std::string_view records_;
    std::uint32_t first_id_ = 1;
};

class indexed_view;

/// A BTF blob that was checked once, from the header to the last record, and can be read without further checks:
/// nothing that a view hands out reads outside the blob, whatever its bytes say. It owns nothing: the blob must outlive
/// it, and it must outlive its types. Both byte orders are read. Split BTF, a kernel module's, is parsed against the
/// view of its base: it goes on reading the base's blob, while the base's view may go.
/// UAPI: `struct btf_header`
/// Since: Linux 4.18
/// Costs: parse takes one pass over the type records, no allocation
class view {
  public:
    constexpr view() noexcept = default;

    [[nodiscard]] static constexpr parsed<view> parse(std::string_view blob) noexcept { return parse(blob, view{}); }
    [[nodiscard]] static parsed<view> parse(std::span<std::byte const> blob) noexcept { return parse(text_of(blob)); }

    /// A string literal with embedded bytes; unlike as a std::string_view it does not end at its first zero byte.
    template <std::size_t Size>
    [[nodiscard]] static constexpr parsed<view> parse(char const (&blob)[Size]) noexcept {
        return parse(std::string_view{blob, Size});
    }
    template <class Pointer>
        requires std::is_pointer_v<Pointer>
    static parsed<view> parse(Pointer const&) = delete; // BTF has zero bytes inside: give its length too

    /// Split BTF: ids and string offsets go on where those of the base end. A default constructed base is none.
    [[nodiscard]] static constexpr parsed<view> parse(std::string_view blob, view const& base) noexcept {
        if (base.is_split()) return malformed{reason::base_is_split, 0};
        parsed<detail::sections> const found = detail::read_header(blob);
        if (!found) return found.error();
        bool const has_base = !base.own_.blob.empty();
        if (has_base && base.is_swapped() != found->swapped) return malformed{reason::base_byte_order, 0};
        std::string_view const strings = blob.substr(found->strings, found->strings_length);
        malformed const problem = detail::check_strings(strings, found->strings, has_base);
        if (problem.why != reason::none) return problem;

        view made;
        made.strings_ = string_section{strings, base.strings_.own(), found->swapped};
        made.base_ = base.own_;
        made.first_id_ = 1 + base.own_.count;
        made.own_.blob = blob;
        made.own_.records = blob.substr(found->types, found->types_length);
        detail::record_checker checker{made.own_.records, found->types, made.strings_};
        parsed<std::uint32_t> const count = checker.check(made.first_id_);
        if (!count) return count.error();
        made.own_.count = *count;
        return made;
    }
    [[nodiscard]] static parsed<view> parse(std::span<std::byte const> blob, view const& base) noexcept {
        return parse(text_of(blob), base);
    }

    /// The blob's own types, not those of its base.
    [[nodiscard]] constexpr type_range types() const& noexcept { return {own_.records, first_id_, strings_}; }
    type_range types() const&& = delete; // the types point into the view: keep it in a variable

    [[nodiscard]] constexpr std::uint32_t type_count() const noexcept { return own_.count; }
    [[nodiscard]] constexpr type_id first_id() const noexcept { return type_id{first_id_}; }

    /// True for an id of this blob or of its base, and for void.
    [[nodiscard]] constexpr bool contains(type_id id) const noexcept { return number(id) < first_id_ + own_.count; }

    [[nodiscard]] constexpr bool is_split() const noexcept { return !base_.blob.empty(); }

    /// True when the blob was written in the other byte order than this machine's.
    [[nodiscard]] constexpr bool is_swapped() const noexcept { return strings_.swapped(); }

    /// The string at an offset from outside the blob, such as from .BTF.ext; nothing when it lies outside.
    [[nodiscard]] constexpr std::optional<std::string_view> string(string_offset offset) const noexcept {
        return strings_.at(offset);
    }
    [[nodiscard]] constexpr string_section const& strings() const& noexcept { return strings_; }
    string_section const& strings() const&& = delete; // the section is part of the view: keep it in a variable

    /// Where in its blob, or in that of the base, a type's record starts; 0 for void.
    [[nodiscard]] constexpr std::uint32_t position_of(btf::type what) const noexcept {
        if (what.is_void()) return 0;
        part const& from = number(what.id()) < first_id_ ? base_ : own_;
        return static_cast<std::uint32_t>(what.record() - from.blob.data());
    }

    /// How many numbers index() needs: one for each type, the base's included.
    [[nodiscard]] constexpr std::size_t index_size() const noexcept { return std::size_t{first_id_} - 1 + own_.count; }

    /// Writes down where each type starts, so that types can be found by id. The storage must outlive the answer, as
    /// must this view. Nothing when the storage holds fewer than index_size() numbers.
    /// Costs: one walk, no allocation
    [[nodiscard]] constexpr std::optional<indexed_view> index(std::span<std::uint32_t> storage) const& noexcept;
    std::optional<indexed_view> index(std::span<std::uint32_t> storage) const&& = delete; // keep the view in a variable

    /// The same for split BTF whose base is indexed already: the storage need only hold type_count() numbers. Nothing
    /// when it holds fewer, or when `base` indexes another blob than the one that this view was parsed against.
    [[nodiscard]] constexpr std::optional<indexed_view> index(std::span<std::uint32_t> storage,
                                                              indexed_view const& base) const& noexcept;
    std::optional<indexed_view> index(std::span<std::uint32_t>,
                                      indexed_view const&) const&& = delete; // keep the view in a variable

    /// Takes back what index() wrote, as in an earlier constant evaluation. Nothing unless it is exactly that.
    /// Costs: one walk, no allocation
    [[nodiscard]] constexpr std::optional<indexed_view> adopt(std::span<std::uint32_t const> written) const& noexcept;
    std::optional<indexed_view> adopt(std::span<std::uint32_t const>) const&& = delete; // keep the view in a variable

  private:
    friend class indexed_view;

    struct part {
        std::string_view blob;
        std::string_view records;
        std::uint32_t count = 0;
    };

    [[nodiscard]] static std::string_view text_of(std::span<std::byte const> blob) noexcept {
        return {reinterpret_cast<char const*>(blob.data()), blob.size()};
    }

    constexpr void write_index(part const& from, std::span<std::uint32_t> offsets) const noexcept {
        std::uint32_t at = 0;
        for (std::uint32_t& offset : offsets) {
            offset = at;
            at = next_record(from, at);
        }
    }

    [[nodiscard]] constexpr bool is_index(part const& from, std::span<std::uint32_t const> offsets) const noexcept {
        std::uint32_t at = 0;
        for (std::uint32_t const offset : offsets) {
            if (offset != at) return false;
            at = next_record(from, at);
        }
        return true;
    }

    [[nodiscard]] constexpr std::uint32_t next_record(part const& from, std::uint32_t at) const noexcept {
        std::uint32_t const info = wire::load_u32(from.records.data() + at + 4, is_swapped());
        return at + std::uint32_t{sizeof(wire::type_record)} + wire::trailing_size(info);
    }

    string_section strings_;
    part own_;
    part base_;
    std::uint32_t first_id_ = 1;
};

/// A view whose types can be asked for by id. It points to the view and to the storage of the index.
/// Costs: a type by id is one load from the index and those of its record
class indexed_view {
  public:
    /// The type with an id. Void for `void_id` and for an id that the view does not contain: ids inside the blob are
    /// always contained, one from elsewhere can be told by contains().
    [[nodiscard]] constexpr btf::type type(type_id id) const noexcept {
        std::uint32_t const wanted = number(id);
        if (wanted == 0 || !contains(id)) return {};
        bool const in_base = wanted < view_->first_id_;
        btf::view::part const& from = in_base ? view_->base_ : view_->own_;
        std::uint32_t const offset = in_base ? base_[wanted - 1] : own_[wanted - view_->first_id_];
        return {id, from.records.data() + offset, view_->strings_};
    }

    [[nodiscard]] constexpr bool contains(type_id id) const noexcept { return view_->contains(id); }
    [[nodiscard]] constexpr btf::view const& view() const noexcept { return *view_; }

  private:
    friend class btf::view;

    constexpr indexed_view(btf::view const& from, std::span<std::uint32_t const> base,
                           std::span<std::uint32_t const> own) noexcept
        : view_{&from}, base_{base}, own_{own} {}

    btf::view const* view_;
    std::span<std::uint32_t const> base_;
    std::span<std::uint32_t const> own_;
};

constexpr std::optional<indexed_view> view::index(std::span<std::uint32_t> storage) const& noexcept {
    if (storage.size() < index_size()) return std::nullopt;
    auto const base = storage.first(base_.count);
    auto const own = storage.subspan(base_.count, own_.count);
    write_index(base_, base);
    write_index(own_, own);
    return indexed_view{*this, base, own};
}

constexpr std::optional<indexed_view> view::index(std::span<std::uint32_t> storage,
                                                  indexed_view const& base) const& noexcept {
    part const& other = base.view().own_;
    bool const same_base = other.blob.data() == base_.blob.data() && other.blob.size() == base_.blob.size();
    if (!same_base || base.view().is_split() || storage.size() < own_.count) return std::nullopt;
    auto const own = storage.first(own_.count);
    write_index(own_, own);
    return indexed_view{*this, base.own_, own};
}

constexpr std::optional<indexed_view> view::adopt(std::span<std::uint32_t const> written) const& noexcept {
    if (written.size() < index_size()) return std::nullopt;
    auto const base = written.first(base_.count);
    auto const own = written.subspan(base_.count, own_.count);
    if (!is_index(base_, base) || !is_index(own_, own)) return std::nullopt;
    return indexed_view{*this, base, own};
}

} // namespace bpfxx::btf
