#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/bytes_in_constants.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bpfxx::elf {

/// What a file is for.
/// UAPI: ET_NONE …
enum class file_type : std::uint16_t { none = 0, relocatable = 1, executable = 2, shared = 3, core = 4 };

/// Whose instructions it holds; any number can be held.
/// UAPI: EM_386 …
enum class machine : std::uint16_t {
    none = 0,
    powerpc64 = 21,
    s390 = 22,
    x86_64 = 62,
    aarch64 = 183,
    riscv = 243,
    bpf = 247,
    loongarch = 258,
};

/// UAPI: SHT_NULL …
enum class section_type : std::uint32_t {
    null = 0,
    progbits = 1,
    symtab = 2,
    strtab = 3,
    rela = 4,
    hash = 5,
    dynamic = 6,
    note = 7,
    nobits = 8,
    rel = 9,
    dynsym = 11,
    symtab_shndx = 18,
    gnu_verdef = 0x6fff'fffd,
    gnu_verneed = 0x6fff'fffe,
    gnu_versym = 0x6fff'ffff,
};

/// UAPI: SHF_WRITE …
enum class section_flags : std::uint64_t {
    none = 0,
    write = 1,
    alloc = 2,
    execinstr = 4,
    merge = 0x10,
    strings = 0x20,
    compressed = 0x800,
};

[[nodiscard]] constexpr section_flags operator|(section_flags left, section_flags right) noexcept {
    return section_flags{static_cast<std::uint64_t>(left) | static_cast<std::uint64_t>(right)};
}
[[nodiscard]] constexpr bool has(section_flags all, section_flags one) noexcept {
    return (static_cast<std::uint64_t>(all) & static_cast<std::uint64_t>(one)) == static_cast<std::uint64_t>(one);
}

/// UAPI: PT_LOAD …
enum class segment_type : std::uint32_t { null = 0, load = 1, dynamic = 2, interp = 3, note = 4 };

/// UAPI: STT_NOTYPE …
enum class symbol_type : std::uint8_t {
    notype = 0,
    object = 1,
    func = 2,
    section = 3,
    file = 4,
    common = 5,
    tls = 6,
    gnu_ifunc = 10,
};

/// UAPI: STB_LOCAL …
enum class symbol_binding : std::uint8_t { local = 0, global = 1, weak = 2, gnu_unique = 10 };

/// UAPI: STV_DEFAULT …
enum class symbol_visibility : std::uint8_t { default_ = 0, internal = 1, hidden = 2, protected_ = 3 };

} // namespace bpfxx::elf

// The records as they lie in 64-bit files, and how they are read: without casts, so that it works while compiling too.
namespace bpfxx::elf::wire {

/// UAPI: `Elf64_Ehdr` without the identification in front
struct file_header {
    file_type type;
    elf::machine machine;
    std::uint32_t version;
    std::uint64_t entry;
    std::uint64_t segments;
    std::uint64_t sections;
    std::uint32_t flags;
    std::uint16_t header_size;
    std::uint16_t segment_header_size;
    std::uint16_t segment_count;
    std::uint16_t section_header_size;
    std::uint16_t section_count;
    std::uint16_t section_names;
};

/// UAPI: `Elf64_Shdr`
struct section_header {
    std::uint32_t name = 0;
    section_type type = section_type::null;
    section_flags flags = section_flags::none;
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t link = 0;
    std::uint32_t info = 0;
    std::uint64_t alignment = 0;
    std::uint64_t entry_size = 0;
};

/// UAPI: `Elf64_Phdr`
struct segment_header {
    segment_type type = segment_type::null;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t physical_address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t alignment = 0;
};

/// UAPI: `Elf64_Sym`
struct symbol {
    std::uint32_t name = 0;
    std::uint8_t info = 0;
    std::uint8_t other = 0;
    std::uint16_t section = 0;
    std::uint64_t value = 0;
    std::uint64_t size = 0;
};

/// UAPI: `Elf64_Rel`; an `Elf64_Rela` has its addend behind it
struct rel {
    std::uint64_t offset = 0;
    std::uint64_t info = 0;
};

inline constexpr std::size_t file_header_size = 64;
inline constexpr std::size_t section_header_size = 64;
inline constexpr std::size_t segment_header_size = 56;
inline constexpr std::size_t symbol_size = 24;
inline constexpr std::size_t rel_size = 16;
inline constexpr std::size_t rela_size = 24;
inline constexpr std::size_t note_header_size = 12;

/// Where the identification has the class, the byte order and the version.
inline constexpr std::size_t class_at = 4;
inline constexpr std::size_t byte_order_at = 5;
inline constexpr std::size_t version_at = 6;
inline constexpr std::size_t identification_size = 16;

/// Section indices from here on mean something else than a section.
inline constexpr std::uint16_t first_reserved_index = 0xff00;
inline constexpr std::uint16_t absolute_index = 0xfff1;
inline constexpr std::uint16_t common_index = 0xfff2;
/// The index stands elsewhere, as 16 bits do not hold it.
inline constexpr std::uint16_t long_index = 0xffff;
/// The number of segments stands elsewhere.
inline constexpr std::uint16_t long_segment_count = 0xffff;

/// Reads a number at any alignment; `swapped` says that it was written in the other byte order than this machine's.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load(char const* at, bool swapped) noexcept {
    auto const value = bpfxx::detail::from_bytes<T>(at);
    if (!swapped) [[likely]]
        return value;
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
    return value;
}

/// Reads the numbers of a record one after another.
class reader {
  public:
    constexpr reader(char const* at, bool swapped) noexcept : at_{at}, swapped_{swapped} {}

    template <class T>
    [[nodiscard]] constexpr T next() noexcept {
        if constexpr (std::is_enum_v<T>)
            return static_cast<T>(next<std::underlying_type_t<T>>());
        else {
            T const value = load<T>(at_, swapped_);
            at_ += sizeof(T);
            return value;
        }
    }

  private:
    char const* at_;
    bool swapped_;
};

template <class... T>
struct fields {};

/// Reads a record whose members have these types. Whoever calls it has checked that it is there.
template <class Record, class... T>
[[nodiscard]] constexpr Record load_record(char const* at, bool swapped, fields<T...>) noexcept {
    static_assert(sizeof(Record) == (sizeof(T) + ...), "there is no padding in these records");
    if (!swapped) [[likely]]
        return bpfxx::detail::from_bytes<Record>(at);
    reader from{at, swapped};
    return Record{from.next<T>()...}; // in braces, from left to right
}

/// Reads what stands behind the identification.
[[nodiscard]] constexpr file_header load_file_header(char const* at, bool swapped) noexcept {
    using u16 = std::uint16_t;
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    return load_record<file_header>(
        at + identification_size, swapped,
        fields<file_type, machine, u32, u64, u64, u64, u32, u16, u16, u16, u16, u16, u16>{});
}

[[nodiscard]] constexpr section_header load_section_header(char const* at, bool swapped) noexcept {
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    return load_record<section_header>(at, swapped,
                                       fields<u32, section_type, section_flags, u64, u64, u64, u32, u32, u64, u64>{});
}

[[nodiscard]] constexpr segment_header load_segment_header(char const* at, bool swapped) noexcept {
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    return load_record<segment_header>(at, swapped, fields<segment_type, u32, u64, u64, u64, u64, u64, u64>{});
}

[[nodiscard]] constexpr symbol load_symbol(char const* at, bool swapped) noexcept {
    using u8 = std::uint8_t;
    using u64 = std::uint64_t;
    return load_record<symbol>(at, swapped, fields<std::uint32_t, u8, u8, std::uint16_t, u64, u64>{});
}

[[nodiscard]] constexpr rel load_rel(char const* at, bool swapped) noexcept {
    return load_record<rel>(at, swapped, fields<std::uint64_t, std::uint64_t>{});
}

/// True when so many bytes from an offset on lie inside a file or section of that size.
[[nodiscard]] constexpr bool inside(std::uint64_t offset, std::uint64_t size, std::uint64_t whole) noexcept {
    return offset <= whole && size <= whole - offset;
}

/// Part of some bytes that is known to be there.
[[nodiscard]] constexpr std::string_view part(std::string_view bytes, std::uint64_t offset,
                                              std::uint64_t size) noexcept {
    return {bytes.data() + offset, static_cast<std::size_t>(size)};
}

} // namespace bpfxx::elf::wire
