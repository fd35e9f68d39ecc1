#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/reflect.hpp>

#include <cstdint>
#include <type_traits>

namespace bpfxx {

/// A lock inside a map's value, taken by programs and by BPF_F_LOCK. The kernel finds it through the map's BTF; a copy
/// of a value never carries it, neither in nor out.
/// UAPI: `struct bpf_spin_lock`
/// Since: Linux 5.1
class spin_lock {
    [[maybe_unused]] std::uint32_t val_ = 0;
};

/// A timer inside a map's value, used by programs alone.
/// UAPI: `struct bpf_timer`
/// Since: Linux 5.15
class timer {
    [[maybe_unused]] alignas(8) std::uint64_t opaque_[2]{};
};

/// A work queue inside a map's value, used by programs alone.
/// UAPI: `struct bpf_wq`
/// Since: Linux 6.10
class workqueue {
    [[maybe_unused]] alignas(8) std::uint64_t opaque_[2]{};
};

static_assert(sizeof(spin_lock) == 4 && alignof(spin_lock) == 4 && std::is_trivially_copyable_v<spin_lock>);
static_assert(sizeof(timer) == 16 && alignof(timer) == 8 && sizeof(workqueue) == 16 && alignof(workqueue) == 8);

/// True when one of T's own members is a `spin_lock`, so that its values can be read and written under the lock.
template <class T>
inline constexpr bool has_spin_lock = reflect::has_member_of_type<std::remove_cv_t<T>, spin_lock>();

} // namespace bpfxx
