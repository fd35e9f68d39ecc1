#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/object/inflate.hpp>
#include <bpfxx/object/inflate_malformed.hpp>
#include <bpfxx/parsed.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bpfxx::object {

namespace detail {

/// The remainders of CRC-32 (ISO 3309) for each byte, and for bytes with up to three zeros behind them.
inline constexpr auto checksum_table = [] {
    std::array<std::array<std::uint32_t, 256>, 4> made{};
    for (std::uint32_t byte = 0; byte != 256; ++byte) {
        std::uint32_t value = byte;
        for (unsigned bit = 0; bit != 8; ++bit) value = value >> 1 ^ (0xedb8'8320U & (0U - (value & 1)));
        made[0][byte] = value;
    }
    for (std::size_t zeros = 1; zeros != made.size(); ++zeros)
        for (std::uint32_t byte = 0; byte != 256; ++byte) {
            std::uint32_t const before = made[zeros - 1][byte];
            made[zeros][byte] = before >> 8 ^ made[0][before & 0xff];
        }
    return made;
}();

[[nodiscard]] constexpr std::uint32_t byte_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
}
[[nodiscard]] constexpr std::uint32_t little_endian(std::string_view bytes, std::size_t at, unsigned size) noexcept {
    std::uint32_t made = 0;
    for (unsigned byte = 0; byte != size; ++byte) made |= byte_at(bytes, at + byte) << 8 * byte;
    return made;
}

[[nodiscard]] constexpr std::uint32_t checksum(std::string_view bytes) noexcept {
    auto const& table = checksum_table;
    std::uint32_t value = 0xffff'ffff;
    std::size_t at = 0;
    for (; bytes.size() - at >= 4; at += 4) {
        value ^= little_endian(bytes, at, 4);
        value =
            table[3][value & 0xff] ^ table[2][value >> 8 & 0xff] ^ table[1][value >> 16 & 0xff] ^ table[0][value >> 24];
    }
    for (; at != bytes.size(); ++at) value = value >> 8 ^ table[0][(value ^ byte_at(bytes, at)) & 0xff];
    return ~value;
}

/// Finds the end of a gzip file's header.
class gzip_header {
  public:
    constexpr explicit gzip_header(std::string_view file) noexcept : file_{file} {}

    constexpr inflate_reason read() noexcept {
        constexpr std::uint32_t has_checksum = 2, has_extra = 4, has_name = 8, has_comment = 16, reserved = 0xe0;
        if (!file_.starts_with("\x1f\x8b")) return inflate_reason::not_gzip;
        if (file_.size() < 10) return inflate_reason::truncated;
        std::uint32_t const flags = byte_at(file_, 3);
        if (byte_at(file_, 2) != 8 || (flags & reserved) != 0) return inflate_reason::gzip_method;
        size_ = 10;
        if ((flags & has_extra) != 0 && !(skip(2) && skip(little_endian(file_, size_ - 2, 2))))
            return inflate_reason::truncated;
        if ((flags & has_name) != 0 && !skip_text()) return inflate_reason::truncated;
        if ((flags & has_comment) != 0 && !skip_text()) return inflate_reason::truncated;
        if ((flags & has_checksum) == 0) return inflate_reason::none;
        std::uint32_t const expected = checksum(file_.substr(0, size_)) & 0xffff;
        if (!skip(2)) return inflate_reason::truncated;
        return little_endian(file_, size_ - 2, 2) == expected ? inflate_reason::none
                                                              : inflate_reason::gzip_header_checksum;
    }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

  private:
    constexpr bool skip(std::size_t count) noexcept {
        if (file_.size() - size_ < count) return false;
        size_ += count;
        return true;
    }
    constexpr bool skip_text() noexcept {
        while (size_ != file_.size())
            if (file_[size_++] == '\0') return true;
        return false;
    }

    std::string_view file_;
    std::size_t size_ = 0;
};

} // namespace detail

/// How many bytes a gzip file says that it holds, in its last four bytes: more than 4 GiB are counted from 0 again.
[[nodiscard]] constexpr std::uint32_t gunzipped_size(std::string_view file) noexcept {
    return file.size() < 4 ? 0 : detail::little_endian(file, file.size() - 4, 4);
}

/// Unpacks a gzip file (RFC 1952) of one member: gives how many bytes it holds. What follows it is not looked at.
/// Errors: what is wrong with it; output_too_small
/// Costs: 4 KB of stack, no allocation
[[nodiscard]] constexpr bpfxx::parsed<std::size_t, inflate_malformed> gunzip(std::string_view file,
                                                                             std::span<char> into) noexcept {
    detail::gzip_header header{file};
    inflate_reason const why = header.read();
    if (why != inflate_reason::none) return inflate_malformed{why, header.size()};
    auto const made = inflate(file.substr(header.size()), into);
    if (!made) return inflate_malformed{made.error().why, header.size() + made.error().offset};
    std::size_t const end = header.size() + made->used;
    if (file.size() - end < 8) return inflate_malformed{inflate_reason::truncated, file.size()};
    if (detail::little_endian(file, end, 4) != detail::checksum({into.data(), made->written}))
        return inflate_malformed{inflate_reason::gzip_checksum, end};
    if (detail::little_endian(file, end + 4, 4) != static_cast<std::uint32_t>(made->written))
        return inflate_malformed{inflate_reason::gzip_size, end + 4};
    return made->written;
}

} // namespace bpfxx::object
