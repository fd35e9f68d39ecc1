#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/members.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bpfxx::btf {

/// What BTF_KIND_INT says about an integer.
/// UAPI: BTF_INT_ENCODING, BTF_INT_OFFSET, BTF_INT_BITS
/// Since: Linux 4.18
struct int_info {
    int_encoding encoding = int_encoding::none;
    std::uint32_t bit_offset = 0;
    std::uint32_t bit_width = 0;

    [[nodiscard]] constexpr bool has(int_encoding what) const noexcept {
        return (static_cast<unsigned>(encoding) & static_cast<unsigned>(what)) != 0;
    }
};

/// What BTF_KIND_ARRAY says about an array.
/// UAPI: `struct btf_array`
/// Since: Linux 4.18
struct array_info {
    type_id element{};
    type_id index{};
    std::uint32_t count = 0;
};

/// One type of a blob: a light value that reads the blob as it is asked, so the blob and the view that handed it out
/// must outlive it. A default constructed one is void.
/// UAPI: `struct btf_type`
/// Since: Linux 4.18
/// Costs: no allocation, every question a few loads; names take one pass over their bytes
class type {
    // Defined before their callers: clang must be able to run them inside the static_asserts of other code.
    [[nodiscard]] static constexpr bool is_in(std::uint32_t set, btf::kind what) noexcept {
        return (set >> static_cast<unsigned>(what) & 1U) != 0;
    }
    template <class... Kinds>
    [[nodiscard]] static constexpr std::uint32_t set_of(Kinds... kinds) noexcept {
        return ((1U << static_cast<unsigned>(kinds)) | ...);
    }
    [[nodiscard]] static constexpr bool is_sized(btf::kind what) noexcept {
        using enum btf::kind;
        return is_in(set_of(int_, struct_, union_, enum_, datasec, float_, enum64), what);
    }
    [[nodiscard]] static constexpr bool is_referring(btf::kind what) noexcept {
        using enum btf::kind;
        return is_in(set_of(ptr, typedef_, volatile_, const_, restrict_, func, func_proto, var, decl_tag, type_tag),
                     what);
    }
    template <class Entry>
    [[nodiscard]] constexpr entries<Entry> entries_if(bool has_them) const noexcept {
        if (!has_them) return {};
        return {detail::entry_source{strings_, trailing_, record_.info}, vlen()};
    }

  public:
    constexpr type() noexcept = default;

    /// For a record that view::parse has checked, trailing entries included.
    constexpr type(type_id id, char const* record, string_section const& strings) noexcept
        : strings_{&strings}, trailing_{record + sizeof(wire::type_record)},
          record_{wire::load<wire::type_record>(record, strings.swapped())}, id_{id} {}

    [[nodiscard]] constexpr type_id id() const noexcept { return id_; }
    [[nodiscard]] constexpr btf::kind kind() const noexcept { return wire::kind_of(record_.info); }
    [[nodiscard]] constexpr bool is_void() const noexcept { return kind() == btf::kind::unkn; }

    /// Empty for an anonymous type and for void.
    [[nodiscard]] constexpr std::string_view name() const noexcept {
        return record_.name == 0 ? std::string_view{} : strings_->known(record_.name);
    }
    [[nodiscard]] constexpr bool has_name(std::string_view text) const noexcept {
        return record_.name == 0 ? text.empty() : strings_->equals(record_.name, text);
    }
    [[nodiscard]] constexpr bool is_anonymous() const noexcept { return record_.name == 0; }

    /// Size in bytes as the record says; 0 for kinds whose record holds none (`size_of` measures every kind).
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return is_sized(kind()) ? record_.size_or_type : 0; }

    /// The pointee, the aliased, qualified or tagged type, the variable's type, the prototype of a function, the return
    /// type of a prototype; void for kinds that refer to none.
    [[nodiscard]] constexpr type_id referenced() const noexcept {
        return is_referring(kind()) ? type_id{record_.size_or_type} : void_id;
    }

    /// Number of entries behind the record; for BTF_KIND_FUNC the linkage.
    [[nodiscard]] constexpr std::uint32_t vlen() const noexcept { return wire::vlen_of(record_.info); }
    [[nodiscard]] constexpr bool kind_flag() const noexcept { return wire::kind_flag_of(record_.info); }

    [[nodiscard]] constexpr bool is_composite() const noexcept {
        return kind() == btf::kind::struct_ || kind() == btf::kind::union_;
    }
    [[nodiscard]] constexpr bool is_enum() const noexcept {
        return kind() == btf::kind::enum_ || kind() == btf::kind::enum64;
    }

    /// True for a name or a qualifier in front of another type: typedef, const, volatile, restrict, type tag.
    [[nodiscard]] constexpr bool is_alias() const noexcept {
        return (kind() >= btf::kind::typedef_ && kind() <= btf::kind::restrict_) || kind() == btf::kind::type_tag;
    }

    /// True for an enum or integer whose values may be negative.
    [[nodiscard]] constexpr bool is_signed() const noexcept {
        if (kind() == btf::kind::int_) return integer()->has(int_encoding::is_signed);
        return is_enum() && kind_flag();
    }

    /// What a forward declaration declares: union_ or struct_.
    /// Since: Linux 5.0
    [[nodiscard]] constexpr btf::kind forward_kind() const noexcept {
        return kind_flag() ? btf::kind::union_ : btf::kind::struct_;
    }

    /// Members of a struct or a union, in order; no other kind has any. The same holds for the three below.
    [[nodiscard]] constexpr entries<member> members() const noexcept { return entries_if<member>(is_composite()); }
    [[nodiscard]] constexpr entries<enumerator> enumerators() const noexcept {
        return entries_if<enumerator>(is_enum());
    }
    [[nodiscard]] constexpr entries<parameter> parameters() const noexcept {
        return entries_if<parameter>(kind() == btf::kind::func_proto);
    }
    [[nodiscard]] constexpr entries<section_variable> variables() const noexcept {
        return entries_if<section_variable>(kind() == btf::kind::datasec);
    }

    /// Nothing for a kind other than BTF_KIND_ARRAY.
    [[nodiscard]] constexpr std::optional<array_info> array() const noexcept {
        if (kind() != btf::kind::array) return std::nullopt;
        auto const data = wire::load<wire::array>(trailing_, strings_->swapped());
        return array_info{type_id{data.element}, type_id{data.index}, data.count};
    }

    /// Nothing for a kind other than BTF_KIND_INT.
    [[nodiscard]] constexpr std::optional<int_info> integer() const noexcept {
        if (kind() != btf::kind::int_) return std::nullopt;
        std::uint32_t const bits = wire::load_u32(trailing_, strings_->swapped());
        return int_info{wire::int_encoding_of(bits), wire::int_bit_offset_of(bits), wire::int_bit_width_of(bits)};
    }

    /// Nothing for a kind other than BTF_KIND_FUNC and BTF_KIND_VAR; any value of a newer producer can be held.
    [[nodiscard]] constexpr std::optional<btf::linkage> linkage() const noexcept {
        if (kind() == btf::kind::func) return static_cast<btf::linkage>(vlen());
        if (kind() != btf::kind::var) return std::nullopt;
        return static_cast<btf::linkage>(wire::load_u32(trailing_, strings_->swapped()));
    }

    /// The member or parameter that a declaration tag is about, -1 for the whole declaration; nothing for a kind other
    /// than BTF_KIND_DECL_TAG.
    /// Since: Linux 5.16
    [[nodiscard]] constexpr std::optional<std::int32_t> component() const noexcept {
        if (kind() != btf::kind::decl_tag) return std::nullopt;
        return wire::load<wire::decl_tag>(trailing_, strings_->swapped()).component;
    }

    /// The record's bytes in the blob; null for void.
    [[nodiscard]] constexpr char const* record() const noexcept {
        return is_void() ? nullptr : trailing_ - sizeof(wire::type_record);
    }

    /// Position of the name, for those who keep names as numbers.
    [[nodiscard]] constexpr string_offset name_offset() const noexcept { return string_offset{record_.name}; }

  private:
    string_section const* strings_ = nullptr;
    char const* trailing_ = nullptr;
    wire::type_record record_{};
    type_id id_{};
};

} // namespace bpfxx::btf
