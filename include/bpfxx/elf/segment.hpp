#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/wire.hpp>

#include <cstdint>
#include <optional>

namespace bpfxx::elf {

/// What the system loads of a file, and where.
/// UAPI: `Elf64_Phdr`
class segment {
  public:
    constexpr segment() noexcept = default;
    explicit constexpr segment(wire::segment_header const& header) noexcept : header_{header} {}

    [[nodiscard]] constexpr segment_type type() const noexcept { return header_.type; }
    [[nodiscard]] constexpr std::uint64_t address() const noexcept { return header_.address; }
    [[nodiscard]] constexpr std::uint64_t file_offset() const noexcept { return header_.offset; }
    [[nodiscard]] constexpr std::uint64_t file_size() const noexcept { return header_.file_size; }
    [[nodiscard]] constexpr std::uint64_t memory_size() const noexcept { return header_.memory_size; }

    [[nodiscard]] constexpr bool is_executable() const noexcept { return (header_.flags & 1) != 0; }
    [[nodiscard]] constexpr bool is_writable() const noexcept { return (header_.flags & 2) != 0; }

    /// Where the byte at an address lies in the file; nothing when this segment does not load it from there.
    [[nodiscard]] constexpr std::optional<std::uint64_t> file_offset_of(std::uint64_t address) const noexcept {
        if (type() != segment_type::load || address < header_.address) return std::nullopt;
        std::uint64_t const distance = address - header_.address;
        if (distance >= header_.file_size || header_.offset + distance < distance) return std::nullopt;
        return header_.offset + distance;
    }

  private:
    wire::segment_header header_{};
};

} // namespace bpfxx::elf
