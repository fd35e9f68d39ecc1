#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/wire.hpp>

#include <cstdint>
#include <string_view>

namespace bpfxx::elf {

/// A section of a file, whose bytes and name lie in the file. A default constructed one is the empty section 0.
/// UAPI: `Elf64_Shdr`
class section {
  public:
    constexpr section() noexcept = default;
    constexpr section(std::uint32_t index, wire::section_header const& header, string_table names,
                      std::string_view contents) noexcept
        : header_{header}, names_{names}, contents_{contents}, index_{index} {}

    [[nodiscard]] constexpr std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return names_.at(header_.name); }
    [[nodiscard]] constexpr section_type type() const noexcept { return header_.type; }
    [[nodiscard]] constexpr section_flags flags() const noexcept { return header_.flags; }

    /// Where it is loaded, 0 when it is not.
    [[nodiscard]] constexpr std::uint64_t address() const noexcept { return header_.address; }

    /// Bytes in memory; only where there are `contents` are they also in the file.
    [[nodiscard]] constexpr std::uint64_t size() const noexcept { return header_.size; }
    [[nodiscard]] constexpr std::uint64_t alignment() const noexcept { return header_.alignment; }

    /// The section that this one refers to, such as a table's strings.
    [[nodiscard]] constexpr std::uint32_t link() const noexcept { return header_.link; }
    [[nodiscard]] constexpr std::uint32_t info() const noexcept { return header_.info; }
    [[nodiscard]] constexpr std::uint64_t entry_size() const noexcept { return header_.entry_size; }

    /// The bytes in the file: none for .bss and its like. Those of a compressed section are what the file has.
    [[nodiscard]] constexpr std::string_view contents() const noexcept { return contents_; }

    /// Where the contents start in the file; 0 where it has none.
    [[nodiscard]] constexpr std::uint64_t file_offset() const noexcept { return header_.offset; }

    [[nodiscard]] constexpr bool is_compressed() const noexcept { return has(flags(), section_flags::compressed); }
    [[nodiscard]] constexpr bool is_code() const noexcept {
        return type() == section_type::progbits && has(flags(), section_flags::execinstr);
    }

  private:
    wire::section_header header_{};
    string_table names_;
    std::string_view contents_;
    std::uint32_t index_ = 0;
};

} // namespace bpfxx::elf
