#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::btf {

namespace detail {

/// Where an entry lies and how its type record says to read it.
struct entry_source {
    string_section const* strings = nullptr;
    char const* at = nullptr;
    std::uint32_t info = 0;

    template <class Record>
    [[nodiscard]] constexpr Record load() const noexcept {
        return wire::load<Record>(at, strings->swapped());
    }
};

} // namespace detail

/// A member of a struct or a union.
/// UAPI: `struct btf_member`
/// Since: Linux 4.18
class member {
  public:
    constexpr member() noexcept = default;
    constexpr explicit member(detail::entry_source from) noexcept
        : strings_{from.strings}, record_{from.load<wire::member>()}, kind_flag_{wire::kind_flag_of(from.info)} {}

    /// Empty for an anonymous struct or union, whose members count as those of the outer one, and for padding bits.
    [[nodiscard]] constexpr std::string_view name() const noexcept {
        return record_.name == 0 ? std::string_view{} : strings_->known(record_.name);
    }
    [[nodiscard]] constexpr bool has_name(std::string_view text) const noexcept {
        return record_.name == 0 ? text.empty() : strings_->equals(record_.name, text);
    }
    [[nodiscard]] constexpr type_id type() const noexcept { return type_id{record_.type}; }

    /// Counted from the start of the struct or union that directly holds the member.
    [[nodiscard]] constexpr std::uint32_t bit_offset() const noexcept {
        return wire::member_bit_offset(record_.offset, kind_flag_);
    }

    /// 0 for a plain member. Before Linux 5.0 bit-fields were told by an integer type narrower than its size instead:
    /// `member_at` and `for_each_member` understand both.
    [[nodiscard]] constexpr std::uint32_t bitfield_width() const noexcept {
        return wire::member_bitfield_width(record_.offset, kind_flag_);
    }

  private:
    string_section const* strings_ = nullptr;
    wire::member record_{};
    bool kind_flag_ = false;
};

/// A named value of an enum.
/// UAPI: `struct btf_enum`, `struct btf_enum64`
/// Since: Linux 4.18; 64 bits wide since Linux 6.0
class enumerator {
  public:
    constexpr enumerator() noexcept = default;
    constexpr explicit enumerator(detail::entry_source from) noexcept : strings_{from.strings} {
        if (wire::kind_of(from.info) == kind::enum64) {
            auto const record = from.load<wire::enum64_value>();
            name_ = record.name;
            value_ = static_cast<std::uint64_t>(record.high) << 32 | record.low;
            return;
        }
        auto const record = from.load<wire::enum_value>();
        name_ = record.name;
        bool const negative = wire::kind_flag_of(from.info) && (record.value >> 31) != 0;
        value_ = record.value | (negative ? 0xffff'ffff'0000'0000 : 0);
    }

    [[nodiscard]] constexpr std::string_view name() const noexcept {
        return name_ == 0 ? std::string_view{} : strings_->known(name_);
    }
    [[nodiscard]] constexpr bool has_name(std::string_view text) const noexcept {
        return name_ == 0 ? text.empty() : strings_->equals(name_, text);
    }

    /// The value, sign-extended when the enum is signed. Producers before Linux 6.0 never said that an enum is signed:
    /// theirs reads -1 as 4294967295.
    [[nodiscard]] constexpr std::int64_t value() const noexcept { return static_cast<std::int64_t>(value_); }

    /// The same 64 bits for an unsigned enum whose values exceed value().
    [[nodiscard]] constexpr std::uint64_t unsigned_value() const noexcept { return value_; }

  private:
    string_section const* strings_ = nullptr;
    std::uint64_t value_ = 0;
    std::uint32_t name_ = 0;
};

/// A parameter of a function prototype.
/// UAPI: `struct btf_param`
/// Since: Linux 5.0
class parameter {
  public:
    constexpr parameter() noexcept = default;
    constexpr explicit parameter(detail::entry_source from) noexcept
        : strings_{from.strings}, record_{from.load<wire::parameter>()} {}

    [[nodiscard]] constexpr std::string_view name() const noexcept {
        return record_.name == 0 ? std::string_view{} : strings_->known(record_.name);
    }
    [[nodiscard]] constexpr type_id type() const noexcept { return type_id{record_.type}; }

    /// The last parameter of a prototype that ends in `...`.
    [[nodiscard]] constexpr bool is_variadic() const noexcept { return record_.name == 0 && record_.type == 0; }

  private:
    string_section const* strings_ = nullptr;
    wire::parameter record_{};
};

/// A variable or an extern function inside a data section.
/// UAPI: `struct btf_var_secinfo`
/// Since: Linux 5.2
class section_variable {
  public:
    constexpr section_variable() noexcept = default;
    constexpr explicit section_variable(detail::entry_source from) noexcept
        : record_{from.load<wire::section_entry>()} {}

    /// The BTF_KIND_VAR, or the BTF_KIND_FUNC of an extern function.
    [[nodiscard]] constexpr type_id type() const noexcept { return type_id{record_.type}; }

    /// Compilers leave 0 here in objects that were not linked: take the offset from the ELF symbol then.
    [[nodiscard]] constexpr std::uint32_t offset() const noexcept { return record_.offset; }
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return record_.size; }

  private:
    wire::section_entry record_{};
};

/// The members, enumerators, parameters or variables of one type: a forward range that reads each as it is reached.
/// Costs: no allocation
template <class Entry>
class entries {
  public:
    class iterator {
      public:
        using value_type = Entry;
        using reference = Entry;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr explicit iterator(detail::entry_source from) noexcept : from_{from} {}

        [[nodiscard]] constexpr Entry operator*() const noexcept { return Entry{from_}; }
        constexpr iterator& operator++() noexcept {
            from_.at += wire::entry_size(from_.info);
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(iterator left, iterator right) noexcept {
            return left.from_.at == right.from_.at;
        }

      private:
        detail::entry_source from_{};
    };

    constexpr entries() noexcept = default;
    constexpr entries(detail::entry_source start, std::uint32_t how_many) noexcept : first_{start}, count_{how_many} {}

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return count_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{first_}; }
    [[nodiscard]] constexpr iterator end() const noexcept { return iterator{entry(count_)}; }

    /// The entry at a position; nothing past the end.
    [[nodiscard]] constexpr std::optional<Entry> at(std::uint32_t position) const noexcept {
        if (position >= count_) return std::nullopt;
        return Entry{entry(position)};
    }

  private:
    [[nodiscard]] constexpr detail::entry_source entry(std::uint32_t position) const noexcept {
        detail::entry_source there = first_;
        there.at += static_cast<std::size_t>(position) * wire::entry_size(first_.info);
        return there;
    }

    detail::entry_source first_{};
    std::uint32_t count_ = 0;
};

} // namespace bpfxx::btf
