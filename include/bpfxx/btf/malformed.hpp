#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/parsed.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::btf {

/// What is wrong with a blob, or why a question about its types has no answer.
enum class reason : std::uint8_t {
    none,
    // found by view::parse
    header_truncated,
    not_btf,
    unknown_version,
    unknown_flags,
    header_length,
    blob_too_large,
    types_outside,
    strings_outside,
    strings_unterminated,
    record_truncated,
    unknown_info_bits,
    unknown_kind,
    name_outside,
    type_outside,
    base_is_split,
    base_byte_order,
    // found by resolve, size_of and member_at
    no_such_type,
    chain_too_long,
    no_size,
    size_overflow,
    not_a_composite,
    no_such_member,
    nested_too_deep,
    // found by ext_view::parse
    ext_header,
    ext_table_outside,
    ext_record_size,
    ext_section_truncated,
    ext_section_empty,
    ext_instruction,
};

namespace detail {

// Every sentence stands in a call of its own: where `say` ends a constant evaluation, the compiler shows the line.
template <class Say>
constexpr auto tell(reason why, Say say) {
    switch (why) {
    case reason::none: return say("nothing is wrong");
    case reason::header_truncated: return say("the blob ends inside the BTF header");
    case reason::not_btf: return say("the blob does not begin with the BTF magic number");
    case reason::unknown_version: return say("the BTF version is not 1");
    case reason::unknown_flags: return say("the BTF header sets a flag that has no known meaning");
    case reason::header_length: return say("the BTF header is shorter than 24 bytes or longer than the blob");
    case reason::blob_too_large: return say("the blob is larger than 4 GiB");
    case reason::types_outside: return say("the type section reaches past the end of the blob");
    case reason::strings_outside: return say("the string section reaches past the end of the blob");
    case reason::strings_unterminated: return say("the string section does not begin and end with a zero byte");
    case reason::record_truncated: return say("a type record reaches past the end of the type section");
    case reason::unknown_info_bits: return say("a type record sets an info bit that has no known meaning");
    case reason::unknown_kind: return say("a type record has a kind that this reader does not know");
    case reason::name_outside: return say("a name lies outside the string section");
    case reason::type_outside: return say("a type id is higher than that of the last type");
    case reason::base_is_split: return say("the base of split BTF must not be split BTF itself");
    case reason::base_byte_order: return say("split BTF and its base differ in byte order");
    case reason::no_such_type: return say("the blob has no type with that id");
    case reason::chain_too_long:
        return say("types refer to each other in a circle, or in a chain without reasonable end");
    case reason::no_size:
        return say("a type without a size, such as void, a function or a forward declaration, was measured");
    case reason::size_overflow: return say("an array is larger than 64 bits can count");
    case reason::not_a_composite: return say("only a struct or a union has members");
    case reason::no_such_member: return say("the struct or union has no member of that name");
    case reason::nested_too_deep: return say("anonymous structs and unions are nested too deep or too often");
    case reason::ext_header: return say("the header of .BTF.ext is not that of its BTF, or reaches past its end");
    case reason::ext_table_outside: return say("a table of .BTF.ext reaches past its end");
    case reason::ext_record_size: return say("the records of a table of .BTF.ext are too short or not whole words");
    case reason::ext_section_truncated: return say("a table of .BTF.ext ends inside the records of a section");
    case reason::ext_section_empty: return say("a table of .BTF.ext has a section without records");
    case reason::ext_instruction: return say("a record of .BTF.ext is about something else than a whole instruction");
    }
    return say("unknown reason");
}

} // namespace detail

/// One sentence about a reason.
[[nodiscard]] constexpr std::string_view sentence(reason why) noexcept {
    return detail::tell(why, [](char const* text) { return std::string_view{text}; });
}

/// What is wrong, and at which byte of the blob. For parse the offset counts from the start of the blob that was
/// parsed; for a question about types it counts from the start of the blob that holds the type where the search ended.
struct malformed {
    reason why = reason::none;
    std::uint32_t offset = 0;

    friend constexpr bool operator==(malformed, malformed) noexcept = default;
};

/// An answer or what is wrong with the blob.
template <class T>
using parsed = bpfxx::parsed<T, malformed>;

/// The answer, where there is no way on without it: in a constant evaluation what is wrong is a compile error with its
/// sentence, at run time it is printed and the process ends.
template <class T>
[[nodiscard]] constexpr T require(parsed<T> const& answer) noexcept {
    if (!answer) detail::tell(answer.error().why, [](char const* text) { ill_formed(text); });
    return *answer;
}

} // namespace bpfxx::btf
