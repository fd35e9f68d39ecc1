#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/reg.hpp>

namespace bpfxx::insn {

/// The place of a map that exists only when the program runs: the argument Number of `program_code::with`.
template <std::size_t Number>
struct map_slot {};

/// What can fill a map slot: a borrowed map descriptor.
template <class T>
concept map_descriptor = requires(T const& map) {
    { map.raw() } -> std::same_as<int>;
};

/// A load that names a map slot; until the slot is filled, its first imm holds the slot's number.
template <std::size_t Number>
struct [[nodiscard]] map_load {
    wide_instruction code;
};

/// Puts the address of a map into a register, as helpers expect it; takes two slots.
/// UAPI: BPF_PSEUDO_MAP_FD
/// Since: Linux 3.18
template <std::size_t Number>
constexpr map_load<Number> load_map(reg64 to, map_slot<Number>) noexcept {
    return {detail::wide(pseudo_load::map_fd, to, std::uint32_t{Number}, 0)};
}

/// Puts the address of a byte in the first value of an array or arena into a register; takes two slots.
/// UAPI: BPF_PSEUDO_MAP_VALUE
/// Since: Linux 5.2
template <std::size_t Number, constant T>
constexpr map_load<Number> load_map_value(reg64 to, map_slot<Number>, T byte_offset) noexcept {
    constexpr std::uint64_t limit = 1u << 29;
    if (std::cmp_less(detail::widened(byte_offset), 0) || std::cmp_greater_equal(detail::widened(byte_offset), limit))
        ill_formed("byte offset into a map value must be 0 to 536870911");
    return {detail::wide(pseudo_load::map_value, to, std::uint32_t{Number}, static_cast<std::uint32_t>(byte_offset))};
}

template <std::size_t Number>
map_load<Number> load_map(reg32, map_slot<Number>) = delete; // the address of a map needs a 64-bit register: r0 to r9

template <std::size_t Number, constant T>
map_load<Number> load_map_value(reg32, map_slot<Number>, T) = delete; // an address needs a 64-bit register: r0 to r9

namespace detail {

/// Whether this slot starts a load that still names a map slot or already names a map.
constexpr bool names_map(instruction const& slot) noexcept {
    return slot.code == wide_opcode &&
           (slot.src() == std::uint8_t(pseudo_load::map_fd) || slot.src() == std::uint8_t(pseudo_load::map_value));
}

} // namespace detail

} // namespace bpfxx::insn
