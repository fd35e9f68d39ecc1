#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <utility>

#include <bpfxx/btf/id.hpp>
#include <bpfxx/fd_ref.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/slot.hpp>

// Loads of two slots that put the address of something of the kernel's into a register.
namespace bpfxx::insn {

/// A load that names a map slot; until the slot is filled, its first imm holds the slot's number.
template <std::size_t Number, class Map = void>
struct [[nodiscard]] map_load {
    wide_instruction code;
};

/// A load that names the slot of a kernel variable; until that is filled, its first imm holds the slot's number and its
/// second -1.
template <std::size_t Number>
struct [[nodiscard]] kernel_variable_load {
    wide_instruction code;
};

namespace detail {

template <constant T>
constexpr std::uint32_t checked_offset(T byte_offset) noexcept {
    constexpr std::uint64_t limit = 1u << 29;
    if (std::cmp_less(widened(byte_offset), 0) || std::cmp_greater_equal(widened(byte_offset), limit))
        ill_formed("byte offset into a map value must be 0 to 536870911");
    return static_cast<std::uint32_t>(byte_offset);
}

/// An array's address is that of its only value; other types of map count their bytes otherwise.
template <class Map>
concept one_value_deep = requires { requires static_cast<int>(Map::kind_type::facts.type) == 2; };

template <class Map, constant T>
constexpr void check_offset_in_value(T byte_offset) noexcept {
    if constexpr (one_value_deep<Map>)
        if (std::cmp_greater_equal(widened(byte_offset), sizeof(typename Map::value_type)))
            ill_formed("byte offset lies outside the value of this map");
}

template <constant T>
constexpr std::uint32_t checked_index(T index) noexcept {
    if (std::cmp_less(widened(index), 0) || !std::in_range<std::int32_t>(widened(index)))
        ill_formed("index in fd_array must be 0 to 2147483647");
    return static_cast<std::uint32_t>(index);
}

} // namespace detail

/// Puts the address of a map into a register, as helpers expect it.
/// UAPI: BPF_PSEUDO_MAP_FD
/// Since: Linux 3.18
template <std::size_t Number, class Map>
constexpr placed<map_load<Number, Map>> load_map(reg64 to, map_slot<Number, Map>,
                                                 here place = here::current()) noexcept {
    return {{detail::wide(pseudo_load::map_fd, to, std::uint32_t{Number}, 0)}, place};
}

template <std::size_t N, class Map>
map_load<N> load_map(reg32, map_slot<N, Map>) = delete; // the address of a map needs a 64-bit register: r0 to r9

/// Puts the address of a byte in the only value of an array, or in an arena, into a register.
/// UAPI: BPF_PSEUDO_MAP_VALUE
/// Since: Linux 5.2
template <std::size_t Number, class Map, constant T>
constexpr placed<map_load<Number, Map>> load_map_value(reg64 to, map_slot<Number, Map>, T byte_offset,
                                                       here place = here::current()) noexcept {
    detail::check_offset_in_value<Map>(byte_offset);
    return {{detail::wide(pseudo_load::map_value, to, std::uint32_t{Number}, detail::checked_offset(byte_offset))},
            place};
}

template <std::size_t N, class Map, constant T>
map_load<N> load_map_value(reg32, map_slot<N, Map>, T) = delete; // an address needs a 64-bit register: r0 to r9

/// Puts the address of the map whose descriptor stands at an index of `fd_array` into a register.
/// UAPI: BPF_PSEUDO_MAP_IDX
/// Since: Linux 5.14
template <constant Index>
constexpr placed<wide_instruction> load_map_by_index(reg64 to, Index index, here place = here::current()) noexcept {
    return {detail::wide(pseudo_load::map_idx, to, detail::checked_index(index), 0), place};
}

template <constant Index>
wide_instruction load_map_by_index(reg32, Index) = delete; // the address of a map needs a 64-bit register: r0 to r9

/// As `load_map_value`, of the map whose descriptor stands at an index of `fd_array`.
/// UAPI: BPF_PSEUDO_MAP_IDX_VALUE
/// Since: Linux 5.14
template <constant Index, constant T>
constexpr placed<wide_instruction> load_map_value_by_index(reg64 to, Index index, T byte_offset,
                                                           here place = here::current()) noexcept {
    return {
        detail::wide(pseudo_load::map_idx_value, to, detail::checked_index(index), detail::checked_offset(byte_offset)),
        place};
}

template <constant Index, constant T>
wide_instruction load_map_value_by_index(reg32, Index, T) = delete; // an address needs a 64-bit register: r0 to r9

/// Puts the address of a kernel variable into a register: one in the kernel's BTF by its id there, or in that of a
/// module whose BTF descriptor is given.
/// UAPI: BPF_PSEUDO_BTF_ID
/// Since: Linux 5.10, modules 5.12
constexpr placed<wide_instruction> load_kernel_variable(reg64 to, btf::type_id variable,
                                                        optional_fd_ref<kind::btf> module = {},
                                                        here place = here::current()) noexcept {
    return {detail::wide(pseudo_load::btf_id, to, btf::number(variable), static_cast<std::uint32_t>(module.raw())),
            place};
}

void load_kernel_variable(reg32, btf::type_id) = delete; // an address needs a 64-bit register: r0 to r9

/// The same for a variable whose id is known when the program is loaded.
template <std::size_t Number>
constexpr placed<kernel_variable_load<Number>> load_kernel_variable(reg64 to, kernel_variable_slot<Number>,
                                                                    here place = here::current()) noexcept {
    return {{detail::wide(pseudo_load::btf_id, to, std::uint32_t{Number}, 0xffff'ffff)}, place};
}

template <std::size_t N>
void load_kernel_variable(reg32, kernel_variable_slot<N>) = delete; // an address needs a 64-bit register: r0 to r9

namespace detail {

/// Whether this slot starts a load that still names a map slot or already names a map by its descriptor.
constexpr bool names_map(instruction const& slot) noexcept {
    return slot.code == wide_opcode &&
           (slot.src() == std::uint8_t(pseudo_load::map_fd) || slot.src() == std::uint8_t(pseudo_load::map_value));
}

/// Whether these two slots are a load that still names the slot of a kernel variable.
constexpr bool names_kernel_variable_slot(instruction const& first, instruction const& second) noexcept {
    return first.code == wide_opcode && first.src() == std::uint8_t(pseudo_load::btf_id) && second.imm == -1;
}

constexpr void fill(instruction& first, instruction& second, kernel_variable const& with) noexcept {
    first.imm = static_cast<std::int32_t>(btf::number(with.variable));
    second.imm = with.module.raw();
}

} // namespace detail

} // namespace bpfxx::insn
