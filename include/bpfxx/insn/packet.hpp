#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>
#include <type_traits>

#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/unit.hpp>

// Loads that classic BPF left behind. They read the packet of the context in r6 into r0, from network order into the
// machine's, and r1 to r5 lose their values as in a call. Outside the packet they end the program with 0 as its result.
// Only socket_filter, sched_cls and sched_act programs have them.
namespace bpfxx::insn {

namespace detail {

template <packet_unit T>
constexpr instruction packet_load(memory_mode how, std::uint8_t from, std::int32_t offset) noexcept {
    return {opcode(opcode_class::ld, size_of_unit<T>, how), instruction::pack(0, from), 0, offset};
}

} // namespace detail

/// Reads the packet at a constant offset into r0; one below zero is relative to SKF_NET_OFF or SKF_LL_OFF.
/// UAPI: BPF_LD | BPF_ABS
/// Since: Linux 3.18
template <class T, constant Offset>
    requires detail::packet_unit<T>
constexpr placed<instruction> load_packet(Offset offset, here place = here::current()) noexcept {
    return {detail::packet_load<T>(memory_mode::abs, 0, detail::signed_32(offset)), place};
}

/// Reads the packet at a register plus a constant into r0.
/// UAPI: BPF_LD | BPF_IND
/// Since: Linux 3.18
template <class T, constant Offset>
    requires detail::packet_unit<T>
constexpr placed<instruction> load_packet(reg64 from, Offset offset, here place = here::current()) noexcept {
    return {detail::packet_load<T>(memory_mode::ind, from.number(), detail::signed_32(offset)), place};
}

template <class T, constant Offset>
    requires(!detail::packet_unit<T>)
instruction load_packet(Offset) = delete; // load_packet takes std::uint8_t, uint16_t or uint32_t

template <class T, constant Offset>
    requires(!detail::packet_unit<T>)
instruction load_packet(reg64, Offset) = delete; // load_packet takes std::uint8_t, uint16_t or uint32_t

template <class T, constant Offset>
instruction load_packet(reg32, Offset) = delete; // the register of an offset is read with all 64 bits: name it r0 to r9

template <class T>
instruction load_packet(reg64) = delete; // a register needs a constant beside it: load_packet<T>(r7, 0)

} // namespace bpfxx::insn
