#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/basic_map.hpp>

#include <cstdint>

namespace bpfxx {

/// Where one instruction of a program is: as it was loaded, after the verifier rewrote the program, as machine code.
/// UAPI: `struct bpf_insn_array_value`
struct insn_array_entry {
    /// The number of the instruction in the program as it is given to be loaded.
    std::uint32_t original_offset = 0;
    /// Its number in the program that the verifier made; 0 until that is loaded.
    std::uint32_t translated_offset = 0;
    /// The byte of machine code; 0 until that is made.
    std::uint32_t jitted_offset = 0;
    std::uint32_t reserved_1 = 0;

    /// The verifier removed this instruction.
    [[nodiscard]] constexpr bool is_removed() const noexcept { return translated_offset == 0xffff'ffff; }

    friend bool operator==(insn_array_entry const&, insn_array_entry const&) = default;
};

/// Places in a program, to jump to or to find again after it is loaded. `update` tells the original offsets, `freeze`
/// closes the array, and then one program at a time can be loaded that names it.
/// UAPI: BPF_MAP_TYPE_INSN_ARRAY
/// Since: Linux 6.19
/// Errors: of `create`: EINVAL the kernel has none; of `update`: E2BIG the index is beyond the end, EINVAL an offset but
/// the original one is given; of loading a program: EINVAL not frozen or no such instruction, EBUSY another program
/// has it
/// Races: a walk sees every index once, in order (`walk_guarantee::each_index_once`)
template <access_mode Access = read_write>
using insn_array = basic_map<map_kind::insn_array, std::uint32_t, insn_array_entry, Access>;

} // namespace bpfxx
