#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/section.hpp>
#include <bpfxx/elf/segment.hpp>
#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/table.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/slice.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace bpfxx::elf {

class section_range;
class segment_range;

/// An ELF file whose headers were checked once: every section and every name that it hands out lies inside the file,
/// whatever its bytes say. What lies in sections has tables of its own, `symbols`, `relocations` and `notes`, which check
/// it. It owns nothing: the file's bytes must outlive it and what it hands out. 64-bit files of both byte orders are
/// read, at run time and while compiling.
/// UAPI: `Elf64_Ehdr`
/// Costs: parse takes one pass over the section headers, no allocation
class view {
  public:
    constexpr view() noexcept = default;

    [[nodiscard]] static constexpr parsed<view> parse(std::string_view file) noexcept;
    [[nodiscard]] static parsed<view> parse(std::span<std::byte const> file) noexcept {
        return parse(std::string_view{reinterpret_cast<char const*>(file.data()), file.size()});
    }

    /// A string literal or an array with embedded bytes; unlike as a std::string_view it does not end at its first zero.
    template <std::size_t Size>
    [[nodiscard]] static constexpr parsed<view> parse(char const (&file)[Size]) noexcept {
        return parse(std::string_view{file, Size});
    }
    template <class Pointer>
        requires std::is_pointer_v<Pointer>
    static parsed<view> parse(Pointer const&) = delete; // ELF files have zero bytes inside: give the length too

    [[nodiscard]] constexpr file_type type() const noexcept { return type_; }
    [[nodiscard]] constexpr elf::machine machine() const noexcept { return machine_; }
    [[nodiscard]] constexpr std::string_view bytes() const noexcept { return file_; }

    /// True when the file was written in the other byte order than this machine's.
    [[nodiscard]] constexpr bool is_swapped() const noexcept { return swapped_; }

    /// How many sections there are, the empty one at 0 included; 0 for a file that was stripped of its section headers.
    [[nodiscard]] constexpr std::uint32_t section_count() const noexcept { return section_count_; }
    [[nodiscard]] constexpr std::uint32_t segment_count() const noexcept { return segment_count_; }

    /// A section by number; the empty one for 0 and for a number that the file does not have.
    [[nodiscard]] constexpr elf::section section(std::uint32_t index) const noexcept {
        // The header of section 0 may say anything: it is where numbers stand that are too large for the file's header.
        if (index == 0 || index >= section_count_) return {};
        auto header = header_of(index);
        // Where nothing of it is in the file, the offset may be any number.
        if (!has_contents(header.type)) header.offset = 0;
        std::uint64_t const size = has_contents(header.type) ? header.size : 0;
        return {index, header, names_, wire::part(file_, header.offset, size)};
    }

    /// The same file with the headers of its sections read ahead, for constants: to read one from the bytes of the file
    /// takes a compiler a hundred times as long. They are all of them, as `header` gives them, and must outlive the view.
    [[nodiscard]] constexpr view with_headers(slice<wire::section_header const> headers) const noexcept {
        view made = *this;
        made.headers_ = headers.size() == section_count_ ? headers.data() : nullptr;
        return made;
    }
    /// The header of a section by number; an empty one for a number that the file does not have.
    [[nodiscard]] constexpr wire::section_header header(std::uint32_t index) const noexcept {
        return index < section_count_ ? header_of(index) : wire::section_header{};
    }

    /// The first section of a name; nothing when there is none.
    /// Costs: one walk over the section headers
    [[nodiscard]] constexpr std::optional<elf::section> find(std::string_view name) const noexcept {
        for (std::uint32_t index = 1; index < section_count_; ++index)
            if (names_.equals(name_of(index), name)) return section(index);
        return std::nullopt;
    }

    /// The first section of a type; nothing when there is none.
    [[nodiscard]] constexpr std::optional<elf::section> find(section_type type) const noexcept {
        for (std::uint32_t index = 1; index < section_count_; ++index)
            if (header_of(index).type == type) return section(index);
        return std::nullopt;
    }

    [[nodiscard]] constexpr elf::segment segment(std::uint32_t index) const noexcept {
        if (index >= segment_count_) return {};
        return elf::segment{
            wire::load_segment_header(file_.data() + segments_ + index * wire::segment_header_size, swapped_)};
    }

    /// All of them, to walk over.
    [[nodiscard]] constexpr section_range sections() const noexcept;
    [[nodiscard]] constexpr segment_range segments() const noexcept;

    /// Where in the file the byte lies that is loaded at an address; nothing when none is, as in .bss, in an object that
    /// is not linked yet, and in files that hold only what debuggers need.
    [[nodiscard]] constexpr std::optional<std::uint64_t> file_offset(std::uint64_t address) const noexcept {
        for (std::uint32_t index = 0; index != segment_count_; ++index) {
            auto const found = segment(index).file_offset_of(address);
            if (found) return *found < file_.size() ? found : std::nullopt;
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] static constexpr bool has_contents(section_type type) noexcept {
        return type != section_type::null && type != section_type::nobits;
    }

    [[nodiscard]] constexpr std::uint64_t position_of_header(std::uint32_t index) const noexcept {
        return sections_ + std::uint64_t{index} * wire::section_header_size;
    }
    [[nodiscard]] constexpr char const* header_at(std::uint32_t index) const noexcept {
        return file_.data() + position_of_header(index);
    }
    [[nodiscard]] constexpr wire::section_header header_of(std::uint32_t index) const noexcept {
        return headers_ != nullptr ? headers_[index] : wire::load_section_header(header_at(index), swapped_);
    }
    [[nodiscard]] constexpr std::uint32_t name_of(std::uint32_t index) const noexcept {
        return headers_ != nullptr ? headers_[index].name : wire::load<std::uint32_t>(header_at(index), swapped_);
    }

    constexpr malformed read_identification() noexcept;
    constexpr malformed read_sections(wire::file_header const& header) noexcept;
    constexpr malformed read_names(wire::file_header const& header) noexcept;
    constexpr malformed read_segments(wire::file_header const& header) noexcept;
    constexpr malformed check_sections() const noexcept;

    std::string_view file_;
    string_table names_;
    wire::section_header const* headers_ = nullptr;
    std::uint64_t sections_ = 0;
    std::uint64_t segments_ = 0;
    std::uint32_t section_count_ = 0;
    std::uint32_t segment_count_ = 0;
    file_type type_ = file_type::none;
    elf::machine machine_ = elf::machine::none;
    bool swapped_ = false;
};

/// The sections of a file in their order, the empty one at 0 first.
class section_range {
  public:
    explicit constexpr section_range(view const& file) noexcept : file_{file} {}
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return file_.section_count(); }
    [[nodiscard]] constexpr section operator[](std::uint32_t index) const noexcept { return file_.section(index); }
    [[nodiscard]] constexpr auto begin() const noexcept { return table_iterator{*this, 0}; }
    [[nodiscard]] constexpr auto end() const noexcept { return table_iterator{*this, size()}; }

  private:
    view file_;
};

/// The segments of a file in their order.
class segment_range {
  public:
    explicit constexpr segment_range(view const& file) noexcept : file_{file} {}
    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return file_.segment_count(); }
    [[nodiscard]] constexpr segment operator[](std::uint32_t index) const noexcept { return file_.segment(index); }
    [[nodiscard]] constexpr auto begin() const noexcept { return table_iterator{*this, 0}; }
    [[nodiscard]] constexpr auto end() const noexcept { return table_iterator{*this, size()}; }

  private:
    view file_;
};

constexpr section_range view::sections() const noexcept { return elf::section_range{*this}; }
constexpr segment_range view::segments() const noexcept { return elf::segment_range{*this}; }

constexpr malformed view::read_identification() noexcept {
    constexpr std::string_view magic{"\x7f"
                                     "ELF"};
    if (file_.size() < magic.size()) return {reason::header_truncated, no_section, file_.size()};
    if (std::string_view{file_.data(), magic.size()} != magic) return {reason::not_elf};
    if (file_.size() < wire::identification_size) return {reason::header_truncated, no_section, file_.size()};
    if (file_[wire::class_at] == 1) return {reason::not_64_bit, no_section, wire::class_at};
    if (file_[wire::class_at] != 2) return {reason::not_elf, no_section, wire::class_at};
    char const order = file_[wire::byte_order_at];
    if (order != 1 && order != 2) return {reason::unknown_byte_order, no_section, wire::byte_order_at};
    if (file_[wire::version_at] != 1) return {reason::unknown_version, no_section, wire::version_at};
    if (file_.size() < wire::file_header_size) return {reason::header_truncated, no_section, file_.size()};
    swapped_ = (order == 1) != (std::endian::native == std::endian::little);
    return {};
}

// Where there are more sections than 16 bits count, the header of section 0 says how many.
constexpr malformed view::read_sections(wire::file_header const& header) noexcept {
    constexpr std::uint64_t field = 40;
    if (header.sections == 0) return header.section_count == 0 ? malformed{} : malformed{reason::sections_outside};
    if (header.section_header_size != wire::section_header_size) return {reason::section_header_size, no_section, 58};
    if (!wire::inside(header.sections, wire::section_header_size, file_.size()))
        return {reason::sections_outside, no_section, field};
    sections_ = header.sections;
    std::uint64_t const count = header.section_count == 0 ? header_of(0).size : header.section_count;
    bool const countable = count < no_section && count <= (file_.size() - sections_) / wire::section_header_size;
    if (!countable) return {reason::sections_outside, no_section, field};
    section_count_ = static_cast<std::uint32_t>(count);
    return {};
}

constexpr malformed view::read_names(wire::file_header const& header) noexcept {
    bool const elsewhere = header.section_names == wire::long_index && section_count_ != 0;
    std::uint32_t const index = elsewhere ? header_of(0).link : header.section_names;
    if (index == 0) return {};
    constexpr std::uint64_t field = 62;
    if (index >= section_count_) return {reason::section_names, no_section, field};
    auto const table = header_of(index);
    if (table.type != section_type::strtab) return {reason::section_names, index, field};
    if (!wire::inside(table.offset, table.size, file_.size()))
        return {reason::section_outside, index, position_of_header(index)};
    auto const text = wire::part(file_, table.offset, table.size);
    if (!string_table::terminated(text)) return {reason::strings_unterminated, index, table.offset + table.size - 1};
    names_ = string_table{text};
    return {};
}

constexpr malformed view::read_segments(wire::file_header const& header) noexcept {
    std::uint32_t count = header.segment_count;
    if (count == wire::long_segment_count && section_count_ != 0) count = header_of(0).info;
    if (count == 0) return {};
    if (header.segment_header_size != wire::segment_header_size) return {reason::segment_header_size, no_section, 54};
    std::uint64_t const size = std::uint64_t{count} * wire::segment_header_size;
    if (!wire::inside(header.segments, size, file_.size())) return {reason::segments_outside, no_section, 32};
    segments_ = header.segments;
    segment_count_ = count;
    return {};
}

constexpr malformed view::check_sections() const noexcept {
    for (std::uint32_t index = 1; index < section_count_; ++index) {
        auto const header = header_of(index);
        std::uint64_t const at = position_of_header(index);
        if (has_contents(header.type) && !wire::inside(header.offset, header.size, file_.size()))
            return {reason::section_outside, index, at};
        if (!names_.contains(header.name)) return {reason::section_name_outside, index, at};
    }
    return {};
}

constexpr parsed<view> view::parse(std::string_view file) noexcept {
    view made;
    made.file_ = file;
    malformed problem = made.read_identification();
    if (problem.why != reason::none) return problem;
    auto const header = wire::load_file_header(file.data(), made.swapped_);
    if (header.version != 1) return malformed{reason::unknown_version, no_section, 20};
    made.type_ = header.type;
    made.machine_ = header.machine;
    problem = made.read_sections(header);
    if (problem.why == reason::none) problem = made.read_names(header);
    if (problem.why == reason::none) problem = made.read_segments(header);
    if (problem.why == reason::none) problem = made.check_sections();
    if (problem.why != reason::none) return problem;
    return made;
}

} // namespace bpfxx::elf
