#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/parsed.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::elf {

/// What is wrong with a file, or why a question about it has no answer.
enum class reason : std::uint8_t {
    none,
    // found by view::parse
    not_elf,
    header_truncated,
    not_64_bit,
    unknown_byte_order,
    unknown_version,
    section_header_size,
    sections_outside,
    section_outside,
    section_names,
    section_name_outside,
    segment_header_size,
    segments_outside,
    // found by the tables inside sections
    not_a_symbol_table,
    not_relocations,
    not_notes,
    entry_size,
    entry_truncated,
    strings_missing,
    strings_unterminated,
    name_outside,
    section_index_outside,
    long_section_indices,
    symbol_index_outside,
    relocation_outside,
    note_truncated,
    versions_truncated,
    // found by questions
    no_such_function,
    ambiguous_function,
    indirect_function,
    address_outside,
    beyond_function,
    no_such_probe,
    probe_note,
};

namespace detail {

// Every sentence stands in a call of its own: where `say` ends a constant evaluation, the compiler shows the line.
template <class Say>
constexpr auto tell(reason why, Say say) {
    switch (why) {
    case reason::none: return say("nothing is wrong");
    case reason::not_elf: return say("this is no ELF file: it does not begin with 0x7f, ELF");
    case reason::header_truncated: return say("the file ends inside the ELF header");
    case reason::not_64_bit: return say("this is a 32-bit ELF file: only 64-bit ones are read");
    case reason::unknown_byte_order: return say("the byte order of the file is neither little nor big endian");
    case reason::unknown_version: return say("the ELF version is not 1");
    case reason::section_header_size: return say("the section headers have another size than 64 bytes");
    case reason::sections_outside: return say("the section headers reach past the end of the file");
    case reason::section_outside: return say("a section reaches past the end of the file");
    case reason::section_names: return say("the section with the names of sections is no string table");
    case reason::section_name_outside: return say("the name of a section lies outside the names of sections");
    case reason::segment_header_size: return say("the program headers have another size than 56 bytes");
    case reason::segments_outside: return say("the program headers reach past the end of the file");
    case reason::not_a_symbol_table: return say("the section is no symbol table");
    case reason::not_relocations: return say("the section has no relocations");
    case reason::not_notes: return say("the section has no notes");
    case reason::entry_size: return say("the entries of a table have a size that this reader does not know");
    case reason::entry_truncated: return say("a table ends inside an entry");
    case reason::strings_missing: return say("a table names a section for its strings that is no string table");
    case reason::strings_unterminated: return say("a string table does not end with a zero byte");
    case reason::name_outside: return say("a name lies outside its string table");
    case reason::section_index_outside: return say("a table names a section that the file does not have");
    case reason::long_section_indices: return say("the table of long section indices is missing or too short");
    case reason::symbol_index_outside: return say("a relocation names a symbol that its table does not have");
    case reason::relocation_outside: return say("a relocation lies outside the section that it changes");
    case reason::note_truncated: return say("a note reaches past the end of its section");
    case reason::versions_truncated: return say("the versions of symbols reach past the end of their section");
    case reason::no_such_function: return say("the file has no function of that name");
    case reason::ambiguous_function: return say("several functions of the file have that name, at different addresses");
    case reason::indirect_function: return say("the function is indirect: which code it is, is chosen while loading");
    case reason::address_outside: return say("no bytes of the file are loaded at the address");
    case reason::beyond_function: return say("the distance leads past the end of the function");
    case reason::no_such_probe: return say("the file has no static probe of that provider and name");
    case reason::probe_note: return say("the note of a static probe ends inside its addresses or names");
    }
    return say("unknown reason");
}

} // namespace detail

/// One sentence about a reason.
[[nodiscard]] constexpr std::string_view sentence(reason why) noexcept {
    return detail::tell(why, [](char const* text) { return std::string_view{text}; });
}

/// The section number where what is wrong lies in no section.
inline constexpr std::uint32_t no_section = 0xffff'ffff;

/// What is wrong, in which section, and at which byte of the file.
struct malformed {
    reason why = reason::none;
    std::uint32_t section = no_section;
    std::uint64_t offset = 0;

    friend constexpr bool operator==(malformed, malformed) noexcept = default;
};

/// An answer or what is wrong with the file.
template <class T>
using parsed = bpfxx::parsed<T, malformed>;

/// The answer, where there is no way on without it: in a constant evaluation what is wrong is a compile error with its
/// sentence, at run time it is printed and the process ends.
template <class T>
[[nodiscard]] constexpr T require(parsed<T> const& answer) noexcept {
    if (!answer) detail::tell(answer.error().why, [](char const* text) { ill_formed(text); });
    return *answer;
}

} // namespace bpfxx::elf
