#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstdint>

#include <bpfxx/insn/opcode.hpp>
#include <bpfxx/insn/placed.hpp>
#include <bpfxx/insn/reg.hpp>
#include <bpfxx/insn/unit.hpp>

namespace bpfxx::insn {

namespace detail {

template <memory_unit T>
constexpr instruction atomic(atomic_op op, std::uint8_t dst, std::uint8_t src, std::int16_t displacement) noexcept {
    return {opcode(opcode_class::stx, size_of_unit<T>, memory_mode::atomic), instruction::pack(dst, src), displacement,
            std::int32_t(op)};
}

template <memory_unit T, unsigned Width>
constexpr instruction atomic(atomic_op op, address at, reg<Width> from) noexcept {
    return atomic<T>(op, at.base(), from.number(), at.displacement());
}

/// The same where the register is written as well.
template <memory_unit T, unsigned Width>
constexpr instruction atomic_fetch(atomic_op op, address at, reg<Width> both) noexcept {
    return atomic<T>(op, at.base(), written(both), at.displacement());
}

} // namespace detail

// Each is one step that no other processor sees half done. T is std::uint32_t or, with an r register, std::uint64_t; a
// register that gets 4 bytes has zeros above them. Those that give back a value are also full barriers; the others
// order nothing.

/// Adds a register to memory.
/// UAPI: BPF_ATOMIC, BPF_ADD
/// Since: Linux 3.18
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_add(address at, reg<Width> from, here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::add, at, from), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_add(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_add(address, From) = delete; // an atomic takes a register: mov() the constant first

/// Sets those bits in memory that a register has.
/// UAPI: BPF_ATOMIC, BPF_OR
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_or(address at, reg<Width> from, here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::or_, at, from), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_or(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_or(address, From) = delete; // an atomic takes a register: mov() the constant first

/// Clears those bits in memory that a register lacks.
/// UAPI: BPF_ATOMIC, BPF_AND
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_and(address at, reg<Width> from, here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::and_, at, from), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_and(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_and(address, From) = delete; // an atomic takes a register: mov() the constant first

/// Flips those bits in memory that a register has.
/// UAPI: BPF_ATOMIC, BPF_XOR
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_xor(address at, reg<Width> from, here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::xor_, at, from), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_xor(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_xor(address, From) = delete; // an atomic takes a register: mov() the constant first

/// As `atomic_add`; the register gets what memory held before.
/// UAPI: BPF_ATOMIC, BPF_ADD | BPF_FETCH
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_fetch_add(address at, reg<Width> both, here place = here::current()) noexcept {
    return {detail::atomic_fetch<T>(atomic_op::fetch_add, at, both), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_fetch_add(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_fetch_add(address, From) = delete; // an atomic takes a register: mov() the constant first

/// As `atomic_or`; the register gets what memory held before.
/// UAPI: BPF_ATOMIC, BPF_OR | BPF_FETCH
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_fetch_or(address at, reg<Width> both, here place = here::current()) noexcept {
    return {detail::atomic_fetch<T>(atomic_op::fetch_or, at, both), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_fetch_or(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_fetch_or(address, From) = delete; // an atomic takes a register: mov() the constant first

/// As `atomic_and`; the register gets what memory held before.
/// UAPI: BPF_ATOMIC, BPF_AND | BPF_FETCH
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_fetch_and(address at, reg<Width> both, here place = here::current()) noexcept {
    return {detail::atomic_fetch<T>(atomic_op::fetch_and, at, both), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_fetch_and(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_fetch_and(address, From) = delete; // an atomic takes a register: mov() the constant first

/// As `atomic_xor`; the register gets what memory held before.
/// UAPI: BPF_ATOMIC, BPF_XOR | BPF_FETCH
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_fetch_xor(address at, reg<Width> both, here place = here::current()) noexcept {
    return {detail::atomic_fetch<T>(atomic_op::fetch_xor, at, both), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_fetch_xor(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_fetch_xor(address, From) = delete; // an atomic takes a register: mov() the constant first

/// Exchanges a register with memory.
/// UAPI: BPF_ATOMIC, BPF_XCHG
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_exchange(address at, reg<Width> both, here place = here::current()) noexcept {
    return {detail::atomic_fetch<T>(atomic_op::xchg, at, both), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
instruction atomic_exchange(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
instruction atomic_exchange(address, From) = delete; // an atomic takes a register: mov() the constant first

/// Writes a register to memory if memory holds what r0 does; r0 gets what memory held before.
/// UAPI: BPF_ATOMIC, BPF_CMPXCHG
/// Since: Linux 5.12
template <class T, unsigned Width>
    requires detail::atomic_unit<T, Width>
constexpr placed<instruction> atomic_compare_exchange(address at, reg<Width> from,
                                                      here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::cmpxchg, at, from), place};
}

template <class T, unsigned Width>
    requires(!detail::atomic_unit<T, Width>)
void atomic_compare_exchange(address, reg<Width>) = delete; // atomics take uint32_t or, from an r register, uint64_t

template <class T, constant From>
void atomic_compare_exchange(address, From) = delete; // an atomic takes a register: mov() the constant first

/// Reads memory into a register before anything that comes later is read or written; the upper bits become zero.
/// UAPI: BPF_ATOMIC, BPF_LOAD_ACQ
/// Since: Linux 6.15, on x86-64 and arm64; other machines follow
template <class T, unsigned Width>
    requires detail::fits_register<T, Width>
constexpr placed<instruction> load_acquire(reg<Width> to, address from, here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::load_acq, detail::written(to), from.base(), from.displacement()), place};
}

template <class T, unsigned Width>
    requires detail::too_wide_for_register<T, Width>
instruction load_acquire(reg<Width>, address) = delete; // 8 bytes need a 64-bit register: name it r0 to r9

template <class T, unsigned Width>
    requires(!memory_unit<T>)
instruction load_acquire(reg<Width>, address) = delete; // load_acquire takes std::uint8_t to uint64_t, no signed type

/// Writes the lower bytes of a register to memory after everything that came earlier was read and written.
/// UAPI: BPF_ATOMIC, BPF_STORE_REL
/// Since: Linux 6.15, on x86-64 and arm64; other machines follow
template <class T, unsigned Width>
    requires detail::fits_register<T, Width>
constexpr placed<instruction> store_release(address to, reg<Width> from, here place = here::current()) noexcept {
    return {detail::atomic<T>(atomic_op::store_rel, to, from), place};
}

template <class T, unsigned Width>
    requires detail::too_wide_for_register<T, Width>
instruction store_release(address, reg<Width>) = delete; // 8 bytes need a 64-bit register: name it r0 to r10

template <class T, unsigned Width>
    requires(!memory_unit<T>)
instruction store_release(address, reg<Width>) = delete; // store_release takes std::uint8_t to uint64_t, no signed type

template <class T, constant From>
instruction store_release(address, From) = delete; // store_release takes a register: mov() the constant first

} // namespace bpfxx::insn
