#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/access.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/locate.hpp>
#include <bpfxx/core/malformed.hpp>

#include <cstdint>

namespace bpfxx::core::detail {

/// What a relocation comes to on one side, the object's or the target's.
struct value {
    std::uint64_t number = 0;
    /// Of the field, where a load or a store may have to change its size with it; 0 for all else.
    std::uint32_t size = 0;
    btf::type_id type{};
    /// Whether the instruction has to hold the object's number. Of bit-fields the compiler may have seen another part.
    bool is_certain = true;
};

/// The aligned 1, 2, 4 or 8 bytes that a bit-field is read from, the smallest that are as large as its type.
struct bit_field {
    std::uint32_t bytes = 0;
    std::uint32_t offset = 0;
    std::uint32_t first_bit = 0; // within the bytes, from the lowest address on
    std::uint32_t width = 0;

    [[nodiscard]] static constexpr bool find(std::uint64_t bit_offset, std::uint32_t width, std::uint32_t type_size,
                                             bit_field& found) noexcept {
        if (type_size != 1 && type_size != 2 && type_size != 4 && type_size != 8) return false;
        for (std::uint32_t bytes = type_size; bytes <= 8; bytes *= 2) {
            auto const offset = static_cast<std::uint32_t>(bit_offset / 8 / bytes * bytes);
            auto const first = static_cast<std::uint32_t>(bit_offset - std::uint64_t{offset} * 8);
            found = {bytes, offset, first, width};
            if (first + width <= bytes * 8) return true;
        }
        return false;
    }
};

/// Tells the value of a relocation for a place in one side's types.
template <class Types>
class valuer {
  public:
    constexpr valuer(Types& in, effort& spent) noexcept : in_{in}, spent_{spent} {}

    constexpr bool find(core_relo_kind kind, place const& where, value& made) noexcept {
        made = {};
        switch (subject_of(kind)) {
        case subject::type: return find_type(kind, where, made);
        case subject::enumerator: return find_enumerator(kind, where, made);
        default: break;
        }
        if (kind == core_relo_kind::field_exists) {
            made.number = 1;
            return true;
        }
        return where.is_named ? find_member(kind, where, made) : find_element(kind, where, made);
    }

  private:
    constexpr bool find_type(core_relo_kind kind, place const& where, value& made) noexcept {
        made.number = 1;
        if (kind == core_relo_kind::type_size) {
            auto const size = size_of(in_, where.root);
            made.number = size.value_or(0);
            return size || spent_.fail(reason::no_size);
        }
        if (kind == core_relo_kind::type_id_target) {
            // A linker renumbers the object's types and leaves the instruction as it is.
            made.number = number(where.root);
            made.is_certain = false;
        }
        return true;
    }

    constexpr bool find_enumerator(core_relo_kind kind, place const& where, value& made) noexcept {
        made.number = 1;
        if (kind == core_relo_kind::enumval_exists) return true;
        btf::type const holder = in_.type(where.type);
        std::uint64_t const bits = holder.enumerators().at(where.index)->unsigned_value();
        // Producers before Linux 6.0 never said that an enum is signed: 32 bits are extended as if all were.
        bool const is_wide = holder.kind() == btf::kind::enum64;
        made.number = is_wide || (bits & 0x8000'0000) == 0 ? bits : bits | 0xffff'ffff'0000'0000;
        return true;
    }

    constexpr bool find_element(core_relo_kind kind, place const& where, value& made) noexcept {
        auto const size = size_of(in_, where.type);
        if (!size) return spent_.fail(reason::no_size);
        if (kind == core_relo_kind::field_byte_size) {
            made.number = *size;
            return true;
        }
        if (kind != core_relo_kind::field_byte_offset) return spent_.fail(reason::element_only_moves);
        made.number = where.bit_offset / 8;
        made.size = *size;
        made.type = where.type;
        return true;
    }

    constexpr bool find_member(core_relo_kind kind, place const& where, value& made) noexcept {
        btf::member const member = *in_.type(where.type).members().at(where.index);
        btf::type const type = plain(in_, member.type(), spent_);
        std::uint32_t const width = member.bitfield_width();
        bit_field bits{};
        if (width != 0) {
            if (!bit_field::find(where.bit_offset, width, type.size(), bits)) {
                return spent_.fail(reason::bit_field_width);
            }
        } else {
            auto const size = size_of(in_, type.id());
            if (!size) return spent_.fail(reason::no_size);
            bits = {*size, static_cast<std::uint32_t>(where.bit_offset / 8), 0, *size * 8};
            bits.first_bit = static_cast<std::uint32_t>(where.bit_offset % 8);
        }
        made.is_certain = width == 0;
        return tell(kind, bits, type, made);
    }

    constexpr bool tell(core_relo_kind kind, bit_field bits, btf::type type, value& made) noexcept {
        using enum core_relo_kind;
        switch (kind) {
        case field_byte_offset:
            made.number = bits.offset;
            if (!made.is_certain) return true;
            made.size = bits.bytes;
            made.type = type.id();
            return true;
        case field_byte_size: made.number = bits.bytes; return true;
        case field_signed:
            made.number = type.is_signed() ? 1 : 0;
            made.is_certain = true;
            return true;
        case field_rshift_u64:
            made.number = 64 - bits.width;
            made.is_certain = true;
            return true;
        default: break;
        }
        made.number = in_.is_big_endian() ? (8 - bits.bytes) * 8 + bits.first_bit : 64 - (bits.first_bit + bits.width);
        return true;
    }

    Types& in_;
    effort& spent_;
};

} // namespace bpfxx::core::detail
