#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace bpfxx::btf {

template <std::size_t TypeBytes, std::size_t StringBytes>
class builder;

/// A complete blob in this machine's byte order, in room for `Capacity` bytes. It is empty when the builder that made
/// it had a problem.
template <std::size_t Capacity>
class blob {
  public:
    constexpr blob() noexcept = default;

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

    /// The bytes in the form that `view::parse` reads while compiling.
    [[nodiscard]] constexpr std::string_view text() const& noexcept { return {characters_.data(), size_}; }
    std::string_view text() const&& = delete; // the text is part of the blob: keep the blob in a variable

    [[nodiscard]] std::span<std::byte const> bytes() const& noexcept {
        return {reinterpret_cast<std::byte const*>(characters_.data()), size_};
    }
    std::span<std::byte const> bytes() const&& = delete; // the bytes are part of the blob: keep the blob in a variable

    [[nodiscard]] operator std::span<std::byte const>() const& noexcept { return bytes(); }
    operator std::span<std::byte const>() const&& = delete; // the bytes are part of the blob: keep it in a variable

    /// The same in less room: `types.fitted<types.size()>()`. Empty when that is too little.
    template <std::size_t Less>
    [[nodiscard]] constexpr blob<Less> fitted() const noexcept {
        blob<Less> made;
        if (size_ > Less) return made;
        for (std::size_t at = 0; at != size_; ++at) made.characters_[at] = characters_[at];
        made.size_ = size_;
        return made;
    }

  private:
    template <std::size_t, std::size_t>
    friend class builder;
    template <std::size_t>
    friend class blob;

    std::array<char, Capacity> characters_{};
    std::size_t size_ = 0;
};

} // namespace bpfxx::btf
