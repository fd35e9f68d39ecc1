#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/program_block.hpp>

#include <cstddef>
#include <cstdint>

// The programs that look up, store or remove many keys of a map inside the kernel.
namespace bpfxx::detail {

/// The numbers at the start of their block, by index.
namespace vectored_number {

/// How many keys there are to do.
inline constexpr std::size_t wanted = 0;
/// The flags of every update.
inline constexpr std::size_t flags = 1;
/// What bpf_loop answered: how many keys were done, or a negative errno.
inline constexpr std::size_t done = 2;

} // namespace vectored_number

/// Does `statements` for each key in the block: r6 is its number, r1 the map, r2 the key's address. They go on at "next".
template <std::size_t KeySize, class... Statement>
consteval auto for_each_key(Statement const&... statements) {
    using namespace bpfxx::insn;
    namespace number = vectored_number;
    // clang-format off: one step per line
    return assemble(
        load_map_value(r6, block_map, 0),
        load<std::uint64_t>(r1, r6 + 8 * number::wanted),
        load_subprogram(r2, "each"),
        mov(r3, 0),
        mov(r4, 0),
        call(helper::loop),
        store<std::uint64_t>(r6 + 8 * number::done, r0),
        mov(r0, 0),
        exit(),

      subprogram("each"), // number, context
        mov(r6, r1),
        jump_if(r6 >= block_mark::capacity, "next"),
        load_map_value(r2, block_map, block_mark::keys),
        mul(r1, KeySize),
        add(r2, r1),
        load_map(r1, bound_map),
        statements...,
      label("next"),
        mov(r0, 0),
        exit());
    // clang-format on
}

template <std::size_t KeySize, std::size_t ValueSize>
consteval auto lookup_program() {
    using namespace bpfxx::insn;
    // clang-format off: one step per line
    return for_each_key<KeySize>(
        call(helper::map_lookup_elem),
        load_map_value(r7, block_map, block_layout::found),
        add(r7, r6),
        jump_if(r0 == 0, "absent"),
        store<std::uint8_t>(r7, 1),
        load_map_value(r7, block_map, block_mark::values),
        mul(r6, ValueSize),
        add(r7, r6),
        copy_bytes<ValueSize>(r7, r0, r1),
        jump("next"),
      label("absent"),
        store<std::uint8_t>(r7, 0));
    // clang-format on
}

template <std::size_t KeySize, std::size_t ValueSize>
consteval auto update_program() {
    using namespace bpfxx::insn;
    // clang-format off: one step per line
    return for_each_key<KeySize>(
        load_map_value(r4, block_map, 0),
        load<std::uint64_t>(r4, r4 + 8 * vectored_number::flags),
        load_map_value(r3, block_map, block_mark::values),
        mov(r5, r6),
        mul(r5, ValueSize),
        add(r3, r5),
        call(helper::map_update_elem),
        neg(r0),
        load_map_value(r7, block_map, block_mark::answers),
        mul(r6, 4),
        add(r7, r6),
        store<std::uint32_t>(r7, r0));
    // clang-format on
}

template <std::size_t KeySize>
consteval auto erase_program() {
    using namespace bpfxx::insn;
    // clang-format off: one step per line
    return for_each_key<KeySize>(
        call(helper::map_delete_elem),
        neg(r0),
        load_map_value(r7, block_map, block_mark::answers),
        mul(r6, 4),
        add(r7, r6),
        store<std::uint32_t>(r7, r0));
    // clang-format on
}

} // namespace bpfxx::detail
