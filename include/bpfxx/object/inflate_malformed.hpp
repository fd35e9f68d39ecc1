#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <string_view>

namespace bpfxx::object {

/// Why bytes cannot be unpacked.
enum class inflate_reason : std::uint8_t {
    none,
    truncated,
    output_too_small,
    block_type,
    stored_size,
    too_many_codes,
    nothing_to_repeat,
    bad_code,
    no_end_of_block,
    unknown_symbol,
    distance_too_far,
    // about the file around the stream
    not_gzip,
    gzip_method,
    gzip_header_checksum,
    gzip_checksum,
    gzip_size,
};

/// Why, and how far the bytes were read.
struct inflate_malformed {
    inflate_reason why = inflate_reason::none;
    std::uint64_t offset = 0;

    friend constexpr bool operator==(inflate_malformed, inflate_malformed) noexcept = default;
};

/// One sentence about what is wrong.
[[nodiscard]] constexpr std::string_view sentence(inflate_malformed problem) noexcept {
    using enum inflate_reason;
    switch (problem.why) {
    case none: return "nothing is wrong";
    case truncated: return "the compressed bytes end too early";
    case output_too_small: return "there is more in the compressed bytes than there is room for";
    case block_type: return "a block of the compressed bytes is of no known type";
    case stored_size: return "the size of an uncompressed block does not agree with its check";
    case too_many_codes: return "a block describes more codes than there are";
    case nothing_to_repeat: return "the first length of a code repeats the one before it";
    case bad_code: return "the lengths of a block's codes do not make a code";
    case no_end_of_block: return "a block has no code for its end";
    case unknown_symbol: return "a block holds bits that are none of its codes";
    case distance_too_far: return "a block repeats what lies before the start";
    case not_gzip: return "this is no gzip file";
    case gzip_method: return "the gzip file is compressed with another method than deflate";
    case gzip_header_checksum: return "the header of the gzip file does not agree with its checksum";
    case gzip_checksum: return "what the gzip file holds does not agree with its checksum";
    case gzip_size: return "what the gzip file holds does not have the size that it says";
    }
    return "unknown reason";
}

} // namespace bpfxx::object
