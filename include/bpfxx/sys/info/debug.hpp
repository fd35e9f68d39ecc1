#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

// Records that programs are loaded with and that the kernel gives back; offsets of strings and types are into the BTF
// object that the program was loaded with.
namespace bpfxx::sys::info {

/// The type of the function that starts at an instruction.
/// UAPI: `struct bpf_func_info`
/// Since: Linux 5.0
struct func_info {
    std::uint32_t insn_off = 0;
    std::uint32_t type_id = 0;
};

/// The source line that starts at an instruction; `line_col` is the line shifted left by 10, with the column below.
/// UAPI: `struct bpf_line_info`
/// Since: Linux 5.0
struct line_info {
    std::uint32_t insn_off = 0;
    std::uint32_t file_name_off = 0;
    std::uint32_t line_off = 0;
    std::uint32_t line_col = 0;
};

/// What a CO-RE relocation asks of the target's types.
/// UAPI: `enum bpf_core_relo_kind`
/// Since: Linux 5.17; type_matches 6.0
enum class core_relo_kind : std::uint32_t {
    field_byte_offset,
    field_byte_size,
    field_exists,
    field_signed,
    field_lshift_u64,
    field_rshift_u64,
    type_id_local,
    type_id_target,
    type_exists,
    type_size,
    enumval_exists,
    enumval_value,
    type_matches,
};

/// A relocation that the kernel itself applies.
/// UAPI: `struct bpf_core_relo`
/// Since: Linux 5.17
struct core_relo {
    std::uint32_t insn_off = 0;
    std::uint32_t type_id = 0;
    std::uint32_t access_str_off = 0;
    core_relo_kind kind{};
};

} // namespace bpfxx::sys::info
