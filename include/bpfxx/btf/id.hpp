#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

namespace bpfxx::btf {

/// The number of a type inside one BTF blob, by position: the first record is 1, split BTF goes on after its base.
/// Write one as `type_id{7}`; `type_id{}` is void. It compares with == and <, and does not convert to or from integers.
/// UAPI: the `type` fields of `struct btf_type`, `struct btf_member`, `struct btf_array` and their kin
/// Since: Linux 4.18
enum class type_id : std::uint32_t {};

/// The id that every blob understands as C's void; it has no record.
inline constexpr type_id void_id{};

/// A position inside the strings of one BTF blob; 0 is the empty name, split BTF goes on after its base.
/// UAPI: the `name_off` fields of BTF; `file_name_off` and `access_str_off` of .BTF.ext
/// Since: Linux 4.18
enum class string_offset : std::uint32_t {};

/// The plain number of a type, for printing and for arithmetic that knows what it does.
[[nodiscard]] constexpr std::uint32_t number(type_id id) noexcept { return static_cast<std::uint32_t>(id); }

/// The plain number of a string position.
[[nodiscard]] constexpr std::uint32_t number(string_offset offset) noexcept {
    return static_cast<std::uint32_t>(offset);
}

} // namespace bpfxx::btf
