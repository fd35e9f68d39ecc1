#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/member_at.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/object/embed.hpp>
#include <bpfxx/object/literal.hpp>
#include <bpfxx/object/matching_type.hpp>
#include <bpfxx/object/value_type.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::object {

namespace detail {

/// Where a member of a record lies, in bits, and what it is.
struct member_place {
    std::uint64_t bit_offset = 0;
    /// 0 for a plain member.
    std::uint32_t bitfield_width = 0;
    std::uint32_t type = 0;

    [[nodiscard]] constexpr std::size_t offset() const noexcept { return static_cast<std::size_t>(bit_offset / 8); }
};

template <auto const& Bytes>
[[nodiscard]] constexpr member_place find_member(std::uint32_t id, std::string_view path) noexcept {
    auto const found = btf::member_at(embedded<Bytes>::types, btf::type_id{id}, path);
    if (!found && found.error().why == btf::reason::no_such_member)
        ill_formed("this record has no member of that name: see the struct in the BPF source");
    if (!found && found.error().why == btf::reason::not_a_composite)
        ill_formed("a name with a dot leads into a member that is no struct or union");
    auto const member = require_type(found);
    return {member.bit_offset, member.bitfield_width, btf::number(member.type)};
}

/// One bit of a field, its lowest is number 0: compilers for BPF count from the end of memory that their byte order says.
struct bit_place {
    std::size_t byte = 0;
    unsigned bit = 0;

    constexpr bit_place(member_place const& field, std::uint32_t number) noexcept {
        bool const is_little = std::endian::native == std::endian::little;
        std::uint64_t const at = field.bit_offset + (is_little ? number : field.bitfield_width - 1 - number);
        byte = static_cast<std::size_t>(at / 8);
        bit = static_cast<unsigned>(is_little ? at % 8 : 7 - at % 8);
    }
};

template <class T>
[[nodiscard]] constexpr T load_bits(std::byte const* bytes, member_place const& field) noexcept {
    std::uint64_t value = 0;
    for (std::uint32_t number = 0; number != field.bitfield_width; ++number) {
        bit_place const place{field, number};
        value |= (std::to_integer<std::uint64_t>(bytes[place.byte]) >> place.bit & 1U) << number;
    }
    bool const is_negative =
        std::is_signed_v<T> && field.bitfield_width != 64 && (value >> (field.bitfield_width - 1)) != 0;
    if (is_negative) value |= ~std::uint64_t{0} << field.bitfield_width;
    return static_cast<T>(value);
}

template <class T>
constexpr void store_bits(std::byte* bytes, member_place const& field, T value) noexcept {
    auto const from = static_cast<std::uint64_t>(value);
    for (std::uint32_t number = 0; number != field.bitfield_width; ++number) {
        bit_place const place{field, number};
        auto const mask = std::byte{1} << place.bit;
        bytes[place.byte] = (from >> number & 1U) != 0 ? bytes[place.byte] | mask : bytes[place.byte] & ~mask;
    }
}

template <class T>
[[nodiscard]] constexpr T load_bytes(std::byte const* from) noexcept {
    std::array<std::byte, sizeof(T)> copy{};
    for (std::size_t at = 0; at != sizeof(T); ++at) copy[at] = from[at];
    return std::bit_cast<T>(copy);
}

template <class T>
constexpr void store_bytes(std::byte* into, T const& value) noexcept {
    auto const copy = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
    for (std::size_t at = 0; at != sizeof(T); ++at) into[at] = copy[at];
}

template <class T, class Value>
concept taken_as = std::convertible_to<Value, T> || plain_struct<Value>;

} // namespace detail

/// A struct or union of an object's BPF source, known by its BTF: members are read and written by their names, of nested
/// structs by `get<"from.port">()` or `get<"from">().get<"port">()`. It is bytes as BPF programs see them, zero at
/// first, so that it can be a key as well: two are equal when their bytes are, padding included.
/// Costs: nothing is looked up at run time
template <auto const& Bytes, std::uint32_t Id>
class record {
    static constexpr std::size_t bytes_of_all = detail::size_of_type<Bytes>(Id);
    static constexpr std::size_t alignment_of_all =
        detail::alignment_in_memory(embedded<Bytes>::types, btf::type_id{Id});

    template <literal Path>
    static constexpr detail::member_place place_of = detail::find_member<Bytes>(Id, Path.view());

  public:
    /// The number of the type in the object's BTF.
    static constexpr btf::type_id type_id{Id};

    constexpr record() noexcept = default;

    /// The same as a struct of yours, or made of one, once its members are found to be the record's.
    template <detail::plain_struct T>
    explicit constexpr record(T const& same) noexcept
        : bytes_{std::bit_cast<std::array<std::byte, bytes_of_all>>(same)} {
        static_cast<void>(detail::require_same<Bytes, Id, T>());
    }
    template <detail::plain_struct T>
    [[nodiscard]] constexpr T as() const noexcept {
        static_cast<void>(detail::require_same<Bytes, Id, T>());
        return std::bit_cast<T>(bytes_);
    }

    /// A member's value.
    template <literal Path>
    [[nodiscard]] constexpr auto get() const noexcept {
        return get_from<Path>(bytes_.data());
    }
    /// The same of a record that lies elsewhere in memory.
    template <literal Path>
    [[nodiscard]] static constexpr auto get_from(std::byte const* bytes) noexcept {
        constexpr detail::member_place place = place_of<Path>;
        using type = value_type<Bytes, place.type>;
        if constexpr (place.bitfield_width != 0)
            return detail::load_bits<type>(bytes, place);
        else
            return detail::load_bytes<type>(bytes + place.offset());
    }

    /// Gives a member a value; what does not fit into a bit-field is cut as in C.
    template <literal Path>
    constexpr record& set(value_type<Bytes, place_of<Path>.type> const& value) noexcept {
        set_in<Path>(bytes_.data(), value);
        return *this;
    }
    /// The same of a record that lies elsewhere in memory.
    template <literal Path>
    static constexpr void set_in(std::byte* bytes, value_type<Bytes, place_of<Path>.type> const& value) noexcept {
        constexpr detail::member_place place = place_of<Path>;
        if constexpr (place.bitfield_width != 0)
            detail::store_bits(bytes, place, value);
        else
            detail::store_bytes(bytes + place.offset(), value);
    }
    template <literal Path, class Value>
        requires(!std::convertible_to<Value, value_type<Bytes, place_of<Path>.type>>)
    record& set(Value const&) = delete; // the member has another type: its integer, array or record by BTF is wanted

    /// Its bytes, as the kernel has them.
    [[nodiscard]] constexpr std::span<std::byte const, bytes_of_all> bytes() const& noexcept { return bytes_; }
    void bytes() const&& = delete; // these bytes are gone at once: keep the record in a variable

    friend constexpr bool operator==(record const&, record const&) noexcept = default;

  private:
    alignas(alignment_of_all) std::array<std::byte, bytes_of_all> bytes_{};
};

} // namespace bpfxx::object
