#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <atomic>
#include <concepts>
#include <type_traits>

// Numbers in memory that the kernel writes or reads at the same time. Every call says beside it what it pairs with there.
namespace bpfxx::shm {

/// A number that processors read and write in one piece, without a lock.
template <class T>
concept shared_number = std::unsigned_integral<T> && std::atomic_ref<T>::is_always_lock_free;

/// Reads a number; what its writer wrote before it is seen by what follows. The memory may be mapped read-only.
template <shared_number T>
[[nodiscard]] inline T load_acquire(T const& shared) noexcept {
    return std::atomic_ref<T>{const_cast<T&>(shared)}.load(std::memory_order_acquire);
}

/// Reads a number that says nothing of other memory.
template <shared_number T>
[[nodiscard]] inline T load_relaxed(T const& shared) noexcept {
    return std::atomic_ref<T>{const_cast<T&>(shared)}.load(std::memory_order_relaxed);
}

/// Writes a number; who reads it with an acquire sees what was written, and knows that what was read is done with.
template <shared_number T>
inline void store_release(T& shared, std::type_identity_t<T> value) noexcept {
    std::atomic_ref<T>{shared}.store(value, std::memory_order_release);
}

} // namespace bpfxx::shm
