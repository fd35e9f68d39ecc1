#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/command.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/object/lazy_room.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

namespace bpfxx::object::detail {

/// Room for what data sections are to begin with: in place where that is little, else in pages that are asked for when
/// they are first needed.
template <std::size_t Size>
class kept_contents {
  public:
    /// Nothing where there is no memory.
    [[nodiscard]] std::span<std::byte> room() noexcept {
        if (!pages_) {
            auto made = lazy_room<std::byte>::make(Size);
            if (!made) return {};
            pages_.emplace(*std::move(made));
        }
        return pages_->room();
    }
    [[nodiscard]] std::span<std::byte const> bytes() const noexcept {
        return pages_ ? std::span<std::byte const>{pages_->room()} : std::span<std::byte const>{};
    }

  private:
    std::optional<lazy_room<std::byte>> pages_{};
};

template <std::size_t Size>
    requires(Size <= 1024)
class kept_contents<Size> {
  public:
    [[nodiscard]] std::span<std::byte> room() noexcept { return bytes_; }
    [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return bytes_; }

  private:
    std::array<std::byte, Size> bytes_{};
};

} // namespace bpfxx::object::detail
