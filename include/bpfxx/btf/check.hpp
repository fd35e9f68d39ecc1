#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/strings.hpp>
#include <bpfxx/btf/wire.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpfxx::btf::detail {

/// Where the sections of a blob lie, counted from its start.
struct sections {
    std::uint32_t types = 0;
    std::uint32_t types_length = 0;
    std::uint32_t strings = 0;
    std::uint32_t strings_length = 0;
    bool swapped = false;
};

/// Where the header's words lie.
enum header_position : std::uint32_t {
    version_at = 2,
    flags_at = 3,
    header_length_at = 4,
    types_offset_at = 8,
    types_length_at = 12,
    strings_offset_at = 16,
    strings_length_at = 20,
};

[[nodiscard]] constexpr std::uint8_t byte_at(std::string_view blob, std::size_t position) noexcept {
    return static_cast<std::uint8_t>(blob[position]);
}

/// Byte order from the magic number; 0xeb9f reads the same in no other way.
[[nodiscard]] constexpr parsed<bool> find_byte_order(std::string_view blob) noexcept {
    bool const little = byte_at(blob, 0) == 0x9f && byte_at(blob, 1) == 0xeb;
    bool const big = byte_at(blob, 0) == 0xeb && byte_at(blob, 1) == 0x9f;
    if (!little && !big) return malformed{reason::not_btf, 0};
    return little != (std::endian::native == std::endian::little);
}

/// Reads the header. Longer headers of later producers are accepted; what they add is ignored.
[[nodiscard]] constexpr parsed<sections> read_header(std::string_view blob) noexcept {
    if (blob.size() > 0xffff'ffff) return malformed{reason::blob_too_large, 0};
    auto const size = static_cast<std::uint32_t>(blob.size());
    if (size < 2) return malformed{reason::header_truncated, size};
    parsed<bool> const swapped = find_byte_order(blob);
    if (!swapped) return swapped.error();
    if (size < sizeof(wire::header)) return malformed{reason::header_truncated, size};
    if (byte_at(blob, version_at) != wire::version) return malformed{reason::unknown_version, version_at};
    if (byte_at(blob, flags_at) != 0) return malformed{reason::unknown_flags, flags_at};

    auto const word = [&](std::uint32_t at) { return std::uint64_t{wire::load_u32(blob.data() + at, *swapped)}; };
    std::uint64_t const header = word(header_length_at);
    if (header < sizeof(wire::header) || header > size) return malformed{reason::header_length, header_length_at};
    std::uint64_t const types = header + word(types_offset_at);
    std::uint64_t const strings = header + word(strings_offset_at);
    if (types > size) return malformed{reason::types_outside, types_offset_at};
    if (word(types_length_at) > size - types) return malformed{reason::types_outside, types_length_at};
    if (strings > size) return malformed{reason::strings_outside, strings_offset_at};
    if (word(strings_length_at) > size - strings) return malformed{reason::strings_outside, strings_length_at};

    sections found{};
    found.types = static_cast<std::uint32_t>(types);
    found.types_length = static_cast<std::uint32_t>(word(types_length_at));
    found.strings = static_cast<std::uint32_t>(strings);
    found.strings_length = static_cast<std::uint32_t>(word(strings_length_at));
    found.swapped = *swapped;
    return found;
}

/// With a zero byte at the end, every offset inside the section names a string that ends inside it.
[[nodiscard]] constexpr malformed check_strings(std::string_view strings, std::uint32_t at, bool has_base) noexcept {
    if (strings.empty()) return has_base ? malformed{} : malformed{reason::strings_unterminated, strings_length_at};
    if (!has_base && strings.front() != '\0') return {reason::strings_unterminated, at};
    if (strings.back() != '\0') {
        return {reason::strings_unterminated, at + static_cast<std::uint32_t>(strings.size()) - 1};
    }
    return {};
}

/// Steps once over every record and its entries, so that whoever reads the blob later needs no check at all.
class record_checker {
  public:
    constexpr record_checker(std::string_view records, std::uint32_t start, string_section const& strings) noexcept
        : strings_{strings}, records_{records}, start_{start} {}

    /// The number of records, when all are well formed and refer to ids below `first_id` plus that number.
    [[nodiscard]] constexpr parsed<std::uint32_t> check(std::uint32_t first_id) noexcept {
        auto const end = static_cast<std::uint32_t>(records_.size());
        std::uint32_t count = 0;
        for (std::uint32_t at = 0; at < end; ++count) {
            if (end - at < sizeof(wire::type_record)) return malformed{reason::record_truncated, start_ + at};
            auto const record = wire::load<wire::type_record>(records_.data() + at, strings_.swapped());
            if (!check_record(record, at, end - at - std::uint32_t{sizeof(wire::type_record)})) return problem_;
            at += std::uint32_t{sizeof(wire::type_record)} + wire::trailing_size(record.info);
        }
        if (highest_ >= first_id + count) return malformed{reason::type_outside, highest_at_};
        return count;
    }

  private:
    constexpr bool fail(reason why, std::uint32_t at) noexcept {
        problem_ = {why, start_ + at};
        return false;
    }

    constexpr bool check_record(wire::type_record record, std::uint32_t at, std::uint32_t rest) noexcept {
        if ((record.info & wire::info_reserved) != 0) return fail(reason::unknown_info_bits, at + 4);
        kind const what = wire::kind_of(record.info);
        if (what == kind::unkn || what > last_kind) return fail(reason::unknown_kind, at + 4);
        if (wire::trailing_size(record.info) > rest) return fail(reason::record_truncated, at);
        if (!strings_.contains(record.name)) return fail(reason::name_outside, at);
        return check_references(what, record, at);
    }

    constexpr bool check_references(kind what, wire::type_record record, std::uint32_t at) noexcept {
        using enum kind;
        std::uint32_t const first = at + std::uint32_t{sizeof(wire::type_record)};
        std::uint32_t const last = first + wire::trailing_size(record.info);
        switch (what) {
        case struct_:
        case union_:
            return check_names(first, last, sizeof(wire::member)) && note_ids(first + 4, last, sizeof(wire::member));
        case enum_: return check_names(first, last, sizeof(wire::enum_value));
        case enum64: return check_names(first, last, sizeof(wire::enum64_value));
        case datasec: return note_ids(first, last, sizeof(wire::section_entry));
        case array: return note_ids(first, first + 8, 4); // the element's type, then the index's
        case func_proto:
            note_id(record.size_or_type, at + 8);
            return check_names(first, last, sizeof(wire::parameter)) &&
                   note_ids(first + 4, last, sizeof(wire::parameter));
        case int_:
        case fwd:
        case float_: return true;
        default: return note_id(record.size_or_type, at + 8);
        }
    }

    constexpr bool check_names(std::uint32_t at, std::uint32_t end, std::uint32_t stride) noexcept {
        for (; at < end; at += stride) {
            if (!strings_.contains(word(at))) return fail(reason::name_outside, at);
        }
        return true;
    }

    constexpr bool note_ids(std::uint32_t at, std::uint32_t end, std::uint32_t stride) noexcept {
        for (; at < end; at += stride) note_id(word(at), at);
        return true;
    }

    // How many types there are is known only at the end, so the highest id waits until then: one pass suffices.
    constexpr bool note_id(std::uint32_t id, std::uint32_t at) noexcept {
        if (id > highest_) {
            highest_ = id;
            highest_at_ = start_ + at;
        }
        return true;
    }

    [[nodiscard]] constexpr std::uint32_t word(std::uint32_t at) const noexcept {
        return wire::load_u32(records_.data() + at, strings_.swapped());
    }

    string_section const& strings_;
    std::string_view records_;
    std::uint32_t start_;
    std::uint32_t highest_ = 0;
    std::uint32_t highest_at_ = 0;
    malformed problem_{};
};

} // namespace bpfxx::btf::detail
