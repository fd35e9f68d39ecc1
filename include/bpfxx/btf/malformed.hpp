#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <string_view>
#include <utility>

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
};

/// One sentence about a reason.
[[nodiscard]] constexpr std::string_view sentence(reason why) noexcept {
    switch (why) {
    case reason::none: return "nothing is wrong";
    case reason::header_truncated: return "the blob ends inside the BTF header";
    case reason::not_btf: return "the blob does not begin with the BTF magic number";
    case reason::unknown_version: return "the BTF version is not 1";
    case reason::unknown_flags: return "the BTF header sets a flag that has no known meaning";
    case reason::header_length: return "the BTF header is shorter than 24 bytes or longer than the blob";
    case reason::blob_too_large: return "the blob is larger than 4 GiB";
    case reason::types_outside: return "the type section reaches past the end of the blob";
    case reason::strings_outside: return "the string section reaches past the end of the blob";
    case reason::strings_unterminated: return "the string section does not begin and end with a zero byte";
    case reason::record_truncated: return "a type record reaches past the end of the type section";
    case reason::unknown_info_bits: return "a type record sets an info bit that has no known meaning";
    case reason::unknown_kind: return "a type record has a kind that this reader does not know";
    case reason::name_outside: return "a name lies outside the string section";
    case reason::type_outside: return "a type id is higher than that of the last type";
    case reason::base_is_split: return "the base of split BTF must not be split BTF itself";
    case reason::base_byte_order: return "split BTF and its base differ in byte order";
    case reason::no_such_type: return "the blob has no type with that id";
    case reason::chain_too_long: return "types refer to each other in a circle, or in a chain without reasonable end";
    case reason::no_size:
        return "a type without a size, such as void, a function or a forward declaration, was measured";
    case reason::size_overflow: return "an array is larger than 64 bits can count";
    case reason::not_a_composite: return "only a struct or a union has members";
    case reason::no_such_member: return "the struct or union has no member of that name";
    case reason::nested_too_deep: return "anonymous structs and unions are nested too deep or too often";
    }
    return "unknown reason";
}

/// What is wrong, and at which byte of the blob. For parse the offset counts from the start of the blob that was
/// parsed; for a question about types it counts from the start of the blob that holds the type where the search ended.
struct malformed {
    reason why = reason::none;
    std::uint32_t offset = 0;

    friend constexpr bool operator==(malformed, malformed) noexcept = default;
};

/// An answer or what is wrong: tests true when there is an answer. The answer of a failure is an empty T, so that
/// a forgotten test reads nothing rather than something outside the blob.
/// Costs: no allocation
template <class T>
class [[nodiscard]] parsed {
  public:
    constexpr parsed(T value) noexcept : value_{std::move(value)} {}
    constexpr parsed(malformed problem) noexcept : problem_{problem} {}

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return problem_.why == reason::none; }
    [[nodiscard]] constexpr malformed error() const noexcept { return problem_; }

    [[nodiscard]] constexpr T const& operator*() const& noexcept { return value_; }
    [[nodiscard]] constexpr T operator*() const&& noexcept { return value_; }
    [[nodiscard]] constexpr T const* operator->() const& noexcept { return &value_; }
    T const* operator->() const&& = delete; // keep the answer in a variable: what it hands out points into it

  private:
    T value_{};
    malformed problem_{};
};

} // namespace bpfxx::btf
