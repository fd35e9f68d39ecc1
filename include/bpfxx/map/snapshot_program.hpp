#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/program_block.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

// The program that walks a map inside the kernel.
namespace bpfxx::detail {

/// The numbers at the start of its block, by index.
namespace snapshot_number {

/// How many entries there are; the program counts on from what it finds.
inline constexpr std::size_t count = 0;
/// An entry is taken when the hash of its key under this mask is this slice; mask 0 takes all.
inline constexpr std::size_t mask = 1;
inline constexpr std::size_t slice = 2;
/// 1 when there was an entry too many.
inline constexpr std::size_t full = 3;
/// What bpf_for_each_map_elem answered: the elements it went over, or a negative errno.
inline constexpr std::size_t walked = 4;

} // namespace snapshot_number

/// Hashes a key of Size bytes that `key` points to into `into`, through another register. It need be no more than even.
template <std::size_t Size>
constexpr auto hash_bytes(insn::reg64 into, insn::reg64 key, insn::reg64 through) noexcept {
    constexpr std::int32_t odd = -1640531535;
    std::array<insn::instruction, 3 * pieces_of(Size) + 4> made{};
    std::size_t put = 0;
    made[put++] = insn::mov(into, 0);
    for (std::size_t done = 0; done != Size;) {
        auto const unit = unit_of(Size - done);
        made[put++] = load_unit(through, key + done, unit);
        made[put++] = insn::xor_(into, through);
        made[put++] = insn::mul(into, odd);
        done += unit;
    }
    made[put++] = insn::mov(through, into);
    made[put++] = insn::shr(through, 32);
    made[put++] = insn::xor_(into, through);
    return made;
}

/// Copies each entry of the slice to the next place in the block and stops when there is none left.
template <std::size_t KeySize, std::size_t ValueSize>
consteval auto snapshot_program() {
    using namespace bpfxx::insn;
    namespace number = snapshot_number;
    using u64 = std::uint64_t;
    // clang-format off: one step per line
    return assemble(
        load_map(r1, bound_map),
        load_subprogram(r2, "each"),
        mov(r3, 0),
        mov(r4, 0),
        call(helper::for_each_map_elem),
        load_map_value(r1, block_map, 0),
        store<u64>(r1 + 8 * number::walked, r0),
        mov(r0, 0),
        exit(),

      subprogram("each"), // map, key, value, context
        load_map_value(r1, block_map, 0),
        load<u64>(r4, r1 + 8 * number::mask),
        jump_if(r4 == 0, "wanted"),
        hash_bytes<KeySize>(r0, r2, r5),
        and_(r0, r4),
        load<u64>(r5, r1 + 8 * number::slice),
        jump_if(r0 != r5, "next"),

      label("wanted"),
        load<u64>(r4, r1 + 8 * number::count),
        jump_if(r4 >= block_mark::capacity, "full"),
        mov(r5, r4),
        add(r5, 1),
        store<u64>(r1 + 8 * number::count, r5),

        mov(r5, r4),
        mul(r5, KeySize),
        load_map_value(r1, block_map, block_mark::keys),
        add(r1, r5),
        copy_bytes<KeySize>(r1, r2, r0),

        mul(r4, ValueSize),
        load_map_value(r1, block_map, block_mark::values),
        add(r1, r4),
        copy_bytes<ValueSize>(r1, r3, r0),

      label("next"),
        mov(r0, 0),
        exit(),

      label("full"),
        store<u64>(r1 + 8 * number::full, 1),
        mov(r0, 1),
        exit());
    // clang-format on
}

} // namespace bpfxx::detail
