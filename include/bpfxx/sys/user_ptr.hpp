#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace bpfxx::sys {

/// A pointer as attributes carry it: 64 bits on every architecture, null as 0, the pointee's type kept.
/// UAPI: `__aligned_u64` members of `union bpf_attr`
template <class T>
class alignas(8) user_ptr {
  public:
    constexpr user_ptr() noexcept = default;
    constexpr user_ptr(std::nullptr_t) noexcept {}

    template <class U>
        requires std::is_convertible_v<U*, T*>
    user_ptr(U* pointer) noexcept : address_{reinterpret_cast<std::uintptr_t>(pointer)} {}

    [[nodiscard]] T* get() const noexcept { return reinterpret_cast<T*>(static_cast<std::uintptr_t>(address_)); }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return address_ != 0; }

    friend constexpr bool operator==(user_ptr, user_ptr) noexcept = default;

  private:
    std::uint64_t address_ = 0;
};

static_assert(sizeof(user_ptr<void>) == 8 && std::has_unique_object_representations_v<user_ptr<void>>);

} // namespace bpfxx::sys
