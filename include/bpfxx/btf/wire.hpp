#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes_in_constants.hpp>
#include <bpfxx/packed_texts.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bpfxx::btf {

/// What a type record describes.
/// UAPI: BTF_KIND_UNKN … BTF_KIND_ENUM64
enum class kind : std::uint8_t {
    unkn = 0,        // Linux 4.18, void: no record has it
    int_ = 1,        // Linux 4.18
    ptr = 2,         // Linux 4.18
    array = 3,       // Linux 4.18
    struct_ = 4,     // Linux 4.18
    union_ = 5,      // Linux 4.18
    enum_ = 6,       // Linux 4.18
    fwd = 7,         // Linux 4.18
    typedef_ = 8,    // Linux 4.18
    volatile_ = 9,   // Linux 4.18
    const_ = 10,     // Linux 4.18
    restrict_ = 11,  // Linux 4.18
    func = 12,       // Linux 5.0
    func_proto = 13, // Linux 5.0
    var = 14,        // Linux 5.2
    datasec = 15,    // Linux 5.2
    float_ = 16,     // Linux 5.13
    decl_tag = 17,   // Linux 5.16
    type_tag = 18,   // Linux 5.17
    enum64 = 19,     // Linux 6.0
};

/// The highest kind that this reader knows; a blob with a higher one cannot be stepped through.
inline constexpr kind last_kind = kind::enum64;

namespace detail {

inline constexpr std::array<std::string_view, 20> kind_names{
    "BTF_KIND_UNKN",    "BTF_KIND_INT",      "BTF_KIND_PTR",      "BTF_KIND_ARRAY",      "BTF_KIND_STRUCT",
    "BTF_KIND_UNION",   "BTF_KIND_ENUM",     "BTF_KIND_FWD",      "BTF_KIND_TYPEDEF",    "BTF_KIND_VOLATILE",
    "BTF_KIND_CONST",   "BTF_KIND_RESTRICT", "BTF_KIND_FUNC",     "BTF_KIND_FUNC_PROTO", "BTF_KIND_VAR",
    "BTF_KIND_DATASEC", "BTF_KIND_FLOAT",    "BTF_KIND_DECL_TAG", "BTF_KIND_TYPE_TAG",   "BTF_KIND_ENUM64",
};

} // namespace detail

/// The kernel's name of a kind, such as "BTF_KIND_STRUCT"; "unknown kind" for a value that bpfxx does not know.
[[nodiscard]] constexpr std::string_view name(kind what) noexcept {
    return bpfxx::detail::packed_texts<detail::kind_names>.at(static_cast<std::size_t>(what), "unknown kind");
}

/// How an integer is meant to be printed and extended; values may be combined.
/// UAPI: BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL
/// Since: Linux 4.18
enum class int_encoding : std::uint8_t { none = 0, is_signed = 1, is_char = 2, is_bool = 4 };

/// Where a function or a variable is visible.
/// UAPI: BTF_FUNC_STATIC, BTF_FUNC_GLOBAL, BTF_FUNC_EXTERN; BTF_VAR_STATIC, BTF_VAR_GLOBAL_ALLOCATED …
/// Since: Linux 5.2
enum class linkage : std::uint32_t { static_ = 0, global = 1, extern_ = 2 };

} // namespace bpfxx::btf

/// The bytes of BTF as they lie in a file, in the byte order of their producer.
namespace bpfxx::btf::wire {

inline constexpr std::uint16_t magic = 0xeb9f;
inline constexpr std::uint8_t version = 1;

/// UAPI: `struct btf_header`
/// Since: Linux 4.18
struct header {
    std::uint16_t magic;
    std::uint8_t version;
    std::uint8_t flags;
    std::uint32_t header_length;
    std::uint32_t types_offset;
    std::uint32_t types_length;
    std::uint32_t strings_offset;
    std::uint32_t strings_length;
};

/// UAPI: `struct btf_type`
/// Since: Linux 4.18
struct type_record {
    std::uint32_t name;
    std::uint32_t info;
    std::uint32_t size_or_type;
};

/// Follows BTF_KIND_INT.
struct int_data {
    std::uint32_t bits;
};

/// UAPI: `struct btf_array`
struct array {
    std::uint32_t element;
    std::uint32_t index;
    std::uint32_t count;
};

/// UAPI: `struct btf_member`
struct member {
    std::uint32_t name;
    std::uint32_t type;
    std::uint32_t offset;
};

/// UAPI: `struct btf_enum`
struct enum_value {
    std::uint32_t name;
    std::uint32_t value;
};

/// UAPI: `struct btf_enum64`
/// Since: Linux 6.0
struct enum64_value {
    std::uint32_t name;
    std::uint32_t low;
    std::uint32_t high;
};

/// UAPI: `struct btf_param`
/// Since: Linux 5.0
struct parameter {
    std::uint32_t name;
    std::uint32_t type;
};

/// UAPI: `struct btf_var`
/// Since: Linux 5.2
struct variable {
    std::uint32_t linkage;
};

/// UAPI: `struct btf_var_secinfo`
/// Since: Linux 5.2
struct section_entry {
    std::uint32_t type;
    std::uint32_t offset;
    std::uint32_t size;
};

/// UAPI: `struct btf_decl_tag`
/// Since: Linux 5.16
struct decl_tag {
    std::int32_t component;
};

static_assert(sizeof(header) == 24 && sizeof(type_record) == 12 && sizeof(int_data) == 4 && sizeof(array) == 12);
static_assert(sizeof(member) == 12 && sizeof(enum_value) == 8 && sizeof(enum64_value) == 12 && sizeof(parameter) == 8);
static_assert(sizeof(variable) == 4 && sizeof(section_entry) == 12 && sizeof(decl_tag) == 4);

namespace detail {

// What follows a type record: `fixed` words, then vlen entries of `entry` words. Two bits of a constant for each kind:
// a walk waits for this answer at every record, and a shift of a register gives it sooner than a table in memory.
template <class Record>
[[nodiscard]] constexpr std::uint64_t words_of(kind what) noexcept {
    static_assert(sizeof(Record) % 4 == 0 && sizeof(Record) / 4 < 4);
    return std::uint64_t{sizeof(Record) / 4} << 2 * static_cast<unsigned>(what);
}

inline constexpr std::uint64_t fixed_words = words_of<int_data>(kind::int_) | words_of<array>(kind::array) |
                                             words_of<variable>(kind::var) | words_of<decl_tag>(kind::decl_tag);

inline constexpr std::uint64_t entry_words = words_of<member>(kind::struct_) | words_of<member>(kind::union_) |
                                             words_of<enum_value>(kind::enum_) | words_of<parameter>(kind::func_proto) |
                                             words_of<section_entry>(kind::datasec) |
                                             words_of<enum64_value>(kind::enum64);

[[nodiscard]] constexpr std::uint32_t words(std::uint64_t table, std::uint32_t info) noexcept {
    return static_cast<std::uint32_t>(table >> ((info >> 23) & 0x3e)) & 3;
}

} // namespace detail

/// Bits of `info` that no kernel has given a meaning: 16 to 23, 29 and 30.
inline constexpr std::uint32_t info_reserved = 0x60ff'0000;

[[nodiscard]] constexpr kind kind_of(std::uint32_t info) noexcept { return static_cast<kind>((info >> 24) & 0x1f); }
[[nodiscard]] constexpr std::uint32_t vlen_of(std::uint32_t info) noexcept { return info & 0xffff; }
[[nodiscard]] constexpr bool kind_flag_of(std::uint32_t info) noexcept { return (info >> 31) != 0; }

/// The `info` word of a record, for those who write BTF.
[[nodiscard]] constexpr std::uint32_t make_info(kind what, std::uint32_t vlen = 0, bool kind_flag = false) noexcept {
    return (static_cast<std::uint32_t>(what) << 24) | (vlen & 0xffff) | (kind_flag ? 0x8000'0000 : 0);
}

/// Size of one entry behind a record, 0 for a kind without entries.
[[nodiscard]] constexpr std::uint32_t entry_size(std::uint32_t info) noexcept {
    return detail::words(detail::entry_words, info) * 4;
}

/// Bytes between the end of a record and the next one. The vlen of a kind without entries, such as the linkage of a
/// function, adds nothing.
[[nodiscard]] constexpr std::uint32_t trailing_size(std::uint32_t info) noexcept {
    std::uint32_t const entries = detail::words(detail::entry_words, info) * vlen_of(info);
    return (detail::words(detail::fixed_words, info) + entries) * 4;
}

/// Bit offset of a member; `kind_flag` is that of its struct or union.
[[nodiscard]] constexpr std::uint32_t member_bit_offset(std::uint32_t offset, bool kind_flag) noexcept {
    return kind_flag ? offset & 0x00ff'ffff : offset;
}

/// Width of a bit-field member in bits, 0 for a plain member; `kind_flag` is that of its struct or union.
/// Since: Linux 5.0
[[nodiscard]] constexpr std::uint32_t member_bitfield_width(std::uint32_t offset, bool kind_flag) noexcept {
    return kind_flag ? offset >> 24 : 0;
}

[[nodiscard]] constexpr int_encoding int_encoding_of(std::uint32_t data) noexcept {
    return static_cast<int_encoding>((data >> 24) & 0x0f);
}
[[nodiscard]] constexpr std::uint32_t int_bit_offset_of(std::uint32_t data) noexcept { return (data >> 16) & 0xff; }
[[nodiscard]] constexpr std::uint32_t int_bit_width_of(std::uint32_t data) noexcept { return data & 0xff; }

/// The same number in the other byte order.
[[nodiscard]] constexpr std::uint32_t swap_bytes(std::uint32_t value) noexcept {
    return (value << 24) | ((value << 8) & 0x00ff'0000) | ((value >> 8) & 0x0000'ff00) | (value >> 24);
}

/// Reads 32 bits at any alignment; `swapped` says that they were written in the other byte order than this machine's.
template <bpfxx::detail::byte_like Byte>
[[nodiscard]] constexpr std::uint32_t load_u32(Byte const* at, bool swapped) noexcept {
    auto const value = bpfxx::detail::from_bytes<std::uint32_t>(at);
    if (swapped) [[unlikely]]
        return swap_bytes(value);
    return value;
}

/// Reads a record that consists of 32-bit words.
template <class Record, bpfxx::detail::byte_like Byte>
    requires(sizeof(Record) % 4 == 0 && !std::is_same_v<Record, header>)
[[nodiscard]] constexpr Record load(Byte const* at, bool swapped) noexcept {
    if (!swapped) [[likely]]
        return bpfxx::detail::from_bytes<Record>(at);
    return [&]<std::size_t... Word>(std::index_sequence<Word...>) {
        return std::bit_cast<Record>(std::array{load_u32(at + 4 * Word, swapped)...});
    }(std::make_index_sequence<sizeof(Record) / 4>{});
}

} // namespace bpfxx::btf::wire
